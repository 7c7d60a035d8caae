use oups::TopLevel;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[oups(filter = "my filter")]
struct Key {
    name: String,
}

fn main() {}
