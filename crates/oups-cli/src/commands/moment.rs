//! Several datasets at one moment: what is demanded, and what is told where it was not found.

use std::time::Duration;

use oups::{Moment, Together};

use crate::terminal::message::message;

/// What `--one-moment` asks for; without it, what can be had.
pub(super) fn together(one_moment: Option<Duration>) -> Together {
    one_moment.map_or_else(Together::default, Together::Demanded)
}

/// Tells where the datasets that were read are not of one moment.
pub(super) fn tell(moment: Moment) {
    if moment != Moment::Exact {
        let wait = Together::WAIT.as_millis();
        message(format_args!("no common moment was found in {wait} ms: each dataset is at a version of this time"));
    }
}
