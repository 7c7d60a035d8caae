use oups::{KeySchema, TopLevel};

#[derive(TopLevel, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    #[oups(sublevel)]
    name: String,
    city: String,
}

fn main() {
    let key: Key = "a-b".parse().unwrap();
    let path: String = key.to_path().unwrap();
    let schema: KeySchema = Key::schema();
    println!("{key} {path} {schema}");
}
