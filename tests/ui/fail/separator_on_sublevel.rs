use oups::SubLevel;

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[oups(separator = "_")]
struct Sampling {
    frequency: String,
}

fn main() {}
