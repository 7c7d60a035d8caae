mod exact;
mod guessed;
mod page;
mod round_trip;
