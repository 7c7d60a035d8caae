//! Damage is found, named, never read as rows where a check can know, and repaired as far as it can be.

mod flips;
mod random;
mod repair;
mod repair_after_death;
mod sample;
mod verify;
