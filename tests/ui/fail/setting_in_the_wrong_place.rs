use oups::TopLevel;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    #[oups(rename = "title")]
    name: String,
}

fn main() {}
