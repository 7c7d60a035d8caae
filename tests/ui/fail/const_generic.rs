use oups::SubLevel;

#[derive(SubLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key<const N: usize> {
    name: String,
}

fn main() {}
