use oups::TopLevel;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key {
    A,
    B,
}

fn main() {}
