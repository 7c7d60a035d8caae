use oups::TopLevel;

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[oups(separator = "#", color = "red")]
struct Key<T> {
    #[oups(sublevel)]
    first: T,
    #[oups(rename = "x")]
    last: String,
}

fn main() {}
