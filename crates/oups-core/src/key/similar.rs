//! Names that a user may have meant.

/// With more edits than this, however long the name, the user meant another word.
const MOST_EDITS: usize = 3;

/// A shorter beginning fits too many words.
const SHORTEST_BEGINNING: usize = 3;

/// The names near to this one, nearest first, at most `most`. Names that are not near are left out.
///
/// A name is near if at most a third of its characters, and at most three, are typed wrong: added, left out, changed,
/// or swapped with a neighbour. A name is also near if one of the two begins with the other, which has at least three
/// characters, as `temperature` begins with `temp`. Upper and lower case count as the same.
pub fn nearest<N: AsRef<str>>(name: &str, names: impl IntoIterator<Item = N>, most: usize) -> Vec<N> {
    let lower = name.to_lowercase();
    let length = lower.chars().count();
    let mut near: Vec<(usize, N)> = names
        .into_iter()
        .filter_map(|candidate| {
            let other = candidate.as_ref().to_lowercase();
            let others = other.chars().count();
            let allowed = (length.max(others) / 3).min(MOST_EDITS);
            let begins = lower.starts_with(&other) || other.starts_with(&lower);
            if begins && length.min(others) >= SHORTEST_BEGINNING {
                return Some((length.abs_diff(others), candidate));
            }
            // The distance is at least the difference in length, so most names need no table of edits.
            if length.abs_diff(others) > allowed {
                return None;
            }
            let edits = strsim::osa_distance(&lower, &other);
            (edits <= allowed).then_some((edits, candidate))
        })
        .collect();
    near.sort_by(|(edits, name), (others, other)| edits.cmp(others).then_with(|| name.as_ref().cmp(other.as_ref())));
    near.into_iter().take(most).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_guessed_and_another_word_is_not() {
        let names = ["quantity", "city", "frequency", "JFK", "EWR"];
        let guess = |name| nearest(name, names, 1).first().copied();
        assert_eq!(guess("citty"), Some("city"));
        assert_eq!(guess("Frequnecy"), Some("frequency"));
        assert_eq!(guess("JKF"), Some("JFK"));
        assert_eq!(guess("jfk"), Some("JFK"));
        assert_eq!(guess("JFK/1D"), Some("JFK"));
        assert_eq!(guess("freq"), Some("frequency"));
        for other in ["station", "BOS", "JFX/1D", "x", "", "EXX", "J", "qu"] {
            assert_eq!(guess(other), None, "{other}");
        }
    }

    #[test]
    fn the_nearest_come_first_and_far_ones_are_left_out() {
        let keys = ["temperature-bern/1D", "temperature-berlin/1D", "temperature-oslo/1D", "wind-oslo/1h"];
        assert_eq!(nearest("temperature-berln/1D", keys, 3), ["temperature-berlin/1D", "temperature-bern/1D"]);
        assert_eq!(nearest("temperature-berln/1D", keys, 1), ["temperature-berlin/1D"]);
    }
}
