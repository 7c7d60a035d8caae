use oups::{SubLevel, TopLevel};

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    name: String,
    sampling: Sampling,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sampling {
    frequency: String,
}

fn main() {}
