use oups::TopLevel;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    name: String,
}

fn main() {}
