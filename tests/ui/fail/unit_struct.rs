use oups::TopLevel;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key;

fn main() {}
