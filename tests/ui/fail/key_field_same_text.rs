use oups::KeyField;

#[derive(KeyField, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Daily,
    #[oups(rename = "Daily")]
    EveryDay,
}

fn main() {}
