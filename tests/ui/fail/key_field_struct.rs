use oups::KeyField;

#[derive(KeyField, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Meters(u32);

fn main() {}
