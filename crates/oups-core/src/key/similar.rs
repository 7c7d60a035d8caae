//! The name a user may have meant.

/// The most similar of the names, if one is similar enough to be worth a guess.
pub(super) fn most_similar<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = name.chars().count() / 3 + 1;
    names
        .into_iter()
        .map(|candidate| (edits(name, candidate), candidate))
        .filter(|&(edits, _)| edits <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many characters must be changed, added or removed (Levenshtein's distance), case aside.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.to_lowercase().chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut left = i + 1;
        next.push(left);
        for (pair, b) in row.windows(2).zip(&to) {
            let &[diagonal, above] = pair else { continue };
            left = (diagonal + usize::from(a != *b)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_guessed_and_another_word_is_not() {
        let names = ["quantity", "city", "frequency"];
        assert_eq!(most_similar("citty", names), Some("city"));
        assert_eq!(most_similar("Frequnecy", names), Some("frequency"));
        assert_eq!(most_similar("station", names), None);
    }
}
