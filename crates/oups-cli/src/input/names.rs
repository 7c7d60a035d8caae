//! Names and their indices, found fast if names come in the same order each time.

use std::collections::HashMap;

#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Names {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The index of a name. It is looked for at `at` first.
    pub(super) fn find(&self, at: usize, name: &str) -> Option<usize> {
        if self.names.get(at).is_some_and(|known| known == name) {
            return Some(at);
        }
        self.places.get(name).copied()
    }

    /// Adds a name that is new, and returns its index.
    pub(super) fn add(&mut self, name: &str) -> usize {
        let place = self.names.len();
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }

    /// Adds the names that are new.
    pub(super) fn extend<'n>(&mut self, names: impl Iterator<Item = &'n String>) {
        for name in names {
            if self.find(0, name).is_none() {
                self.add(name);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &String> {
        self.names.iter()
    }
}

impl IntoIterator for Names {
    type Item = String;
    type IntoIter = std::vec::IntoIter<String>;

    fn into_iter(self) -> Self::IntoIter {
        self.names.into_iter()
    }
}

impl<N: AsRef<str>> FromIterator<N> for Names {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        let mut all = Self::default();
        for name in names {
            all.add(name.as_ref());
        }
        all
    }
}
