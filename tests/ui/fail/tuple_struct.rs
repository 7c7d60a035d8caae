use oups::TopLevel;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key(String, u8);

fn main() {}
