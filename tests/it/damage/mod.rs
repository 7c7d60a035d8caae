//! Damage is found and named, a read that checks never returns it as rows, and a repair saves every intact row group.

mod flips;
mod random;
mod repair;
mod repair_after_death;
mod sample;
mod verify;
