use oups::TopLevel;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[oups(separator = "_", separator = "+")]
struct Key {
    name: String,
}

fn main() {}
