use oups::TopLevel;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[oups(seperator = "_")]
struct Key {
    name: String,
}

fn main() {}
