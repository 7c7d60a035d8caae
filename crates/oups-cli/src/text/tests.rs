mod exact;
mod guessed;
mod round_trip;
