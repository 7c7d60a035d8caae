//! The message of an interrupted `ingest`: what it has done, and how to complete it.

use crate::interrupt::Interrupted;
use crate::terminal::counted::counted;

/// The most datasets that are named.
const NAMED: usize = 5;

/// What is known of an ingest while it writes.
#[derive(Debug)]
pub(super) struct Unfinished {
    store: String,
    /// Whether no dataset stores rows again that it already has.
    drops_duplicates: bool,
    /// The first datasets that have been written.
    named: Vec<String>,
    written: u64,
}

impl Unfinished {
    pub(super) fn new(store: String, drops_duplicates: bool) -> Self {
        Self { store, drops_duplicates, named: Vec::new(), written: 0 }
    }

    pub(super) fn wrote(&mut self, dataset: &str) {
        self.written += 1;
        if self.named.len() < NAMED {
            self.named.push(dataset.to_owned());
        }
    }

    /// The message if a signal ends the program now. It does not advise other options, such as `--duplicates-on`: the
    /// datasets of one store would get different settings.
    pub(super) fn text(&self) -> String {
        const CHANGED: &str = "as it was or completely changed";
        if self.drops_duplicates {
            return format!("each dataset is {CHANGED}: the same command completes it");
        }
        let (written, which) = match self.written {
            0 => (format!("each dataset is {CHANGED}"), "a dataset that is changed"),
            _ => (format!("{}, each other one is {CHANGED}", self.wrote_so_far()), WRITTEN),
        };
        let shows = format!("`oups ls {} --long` shows which", self.store);
        format!("{written}: {shows}. {}", completed(which))
    }

    /// The error if a signal has stopped the ingest between two commits.
    pub(super) fn stopped(&self) -> Interrupted {
        if self.written == 0 {
            return Interrupted::unchanged();
        }
        let written = format!("{}, each other one is as it was", self.wrote_so_far());
        Interrupted::with(match self.drops_duplicates {
            true => format!("{written}: the same command completes it"),
            false => format!("{written}. {}", completed(WRITTEN)),
        })
    }

    fn wrote_so_far(&self) -> String {
        let more = self.written - self.named.len() as u64;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("wrote {} ({}{more})", counted(self.written, "dataset"), self.named.join(", "))
    }
}

const WRITTEN: &str = "a dataset that is written";

fn completed(which: &str) -> String {
    format!(
        "The same command completes it, but stores the rows of {which} once more where duplicates are kept: take those \
         rows out of its input first"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_named_and_options_stay_as_they_were() {
        let mut ingest = Unfinished::new("data".to_owned(), false);
        assert!(
            ingest.text().starts_with("each dataset is as it was or completely changed: `oups ls data --long` shows")
        );
        ["EWR", "JFK"].into_iter().for_each(|key| ingest.wrote(key));
        assert!(ingest.text().starts_with("wrote 2 datasets (EWR, JFK), each other one is as it was"));
        (0..1000).for_each(|at| ingest.wrote(&at.to_string()));
        assert!(ingest.text().starts_with("wrote 1002 datasets (EWR, JFK, 0, 1, 2 and 997 more), each"));
        assert!(!ingest.text().contains("--duplicates-on"));
        ingest.drops_duplicates = true;
        assert_eq!(ingest.text(), "each dataset is as it was or completely changed: the same command completes it");
    }

    #[test]
    fn what_is_stopped_between_two_commits_is_not_in_doubt() {
        let mut ingest = Unfinished::new("data".to_owned(), false);
        assert_eq!(ingest.stopped().to_string(), "interrupted: nothing was changed");
        ingest.wrote("JFK");
        let told = ingest.stopped().to_string();
        assert!(
            told.starts_with("interrupted: wrote 1 dataset (JFK), each other one is as it was. The same"),
            "{told}"
        );
        ingest.drops_duplicates = true;
        let expected = "interrupted: wrote 1 dataset (JFK), each other one is as it was: the same command completes it";
        assert_eq!(ingest.stopped().to_string(), expected);
    }
}
