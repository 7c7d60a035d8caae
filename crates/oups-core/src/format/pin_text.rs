//! The text of a pin file, written and read.

/// The commits that a pin's text names for a dataset. An unfinished last line does not count: its reader has still to
/// look at the manifest again, and will not use the version before.
pub(crate) fn commits_of<'a>(text: &'a str, dataset: &'a str) -> impl Iterator<Item = u64> + 'a {
    text.split_inclusive('\n').filter_map(move |line| {
        let (commit, name) = line.strip_suffix('\n')?.split_once(' ')?;
        (name == dataset).then(|| commit.parse().ok()).flatten()
    })
}

/// The line of a pin file that names a dataset and the commit that is read.
pub(crate) fn line_of(commit: u64, dataset: &str) -> String {
    format!("{commit} {dataset}\n")
}

#[cfg(test)]
mod tests {
    use super::commits_of;

    #[test]
    fn a_pin_names_commits_by_dataset() {
        let text = "17 a b/1D\n18 a\n19 a b/1D\n20 a b/1D";
        assert_eq!(commits_of(text, "a b/1D").collect::<Vec<_>>(), [17, 19]);
        assert_eq!(commits_of(text, "a").collect::<Vec<_>>(), [18]);
    }
}
