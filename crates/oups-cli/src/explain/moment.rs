//! Several datasets at one moment: what the command asks for, and what it says if no such moment was found.

use std::time::Duration;

use oups::{Moment, Together};

use crate::terminal::message::message;

/// Demands one moment if `--one-moment` is given; otherwise looks for one and goes on without it.
pub fn together(one_moment: Option<Duration>) -> Together {
    one_moment.map_or_else(Together::default, Together::Demanded)
}

/// Prints a message if the datasets that were read are not of one moment.
pub fn tell(moment: Moment) {
    if moment != Moment::Exact {
        let wait = Together::WAIT.as_millis();
        message(format_args!("no common moment was found in {wait} ms: each dataset is at a version of this time"));
    }
}
