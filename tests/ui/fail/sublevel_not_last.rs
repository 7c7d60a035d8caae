use oups::{SubLevel, TopLevel};

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    name: String,
    #[oups(sublevel)]
    sampling: Sampling,
    city: String,
}

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sampling {
    frequency: String,
}

fn main() {}
