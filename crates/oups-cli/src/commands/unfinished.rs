//! The message of an interrupted `ingest`: what it has done, and how to complete it.

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

    /// The message for an interrupt now. It does not advise other options, such as `--duplicates-on`: the datasets of
    /// one store would get different settings.
    pub(super) fn text(&self) -> String {
        if self.drops_duplicates {
            return "each dataset is as it was or completely changed: the same command completes it".to_owned();
        }
        let (written, which) = match self.written {
            0 => ("each dataset is as it was or completely changed".to_owned(), "a dataset that is changed"),
            written => {
                let more = written - self.named.len() as u64;
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let datasets = counted(written, "dataset");
                let named = self.named.join(", ");
                (
                    format!("wrote {datasets} ({named}{more}), each other one is as it was or completely changed"),
                    "a dataset that is written",
                )
            }
        };
        format!(
            "{written}: `oups ls {} --long` shows which. The same command completes it, but stores the rows of {which} once \
             more where duplicates are kept: take those rows out of its input first",
            self.store
        )
    }
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
}
