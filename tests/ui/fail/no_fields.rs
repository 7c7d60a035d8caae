use oups::SubLevel;

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {}

fn main() {}
