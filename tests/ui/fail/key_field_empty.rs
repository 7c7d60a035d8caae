use oups::KeyField;

#[derive(KeyField, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {}

fn main() {}
