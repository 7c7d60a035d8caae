//! Numbers of things, in singular or plural.

/// A number with the name of what is counted: `1 row`, `2 rows`.
pub fn counted(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
