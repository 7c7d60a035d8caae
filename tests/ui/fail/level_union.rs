use oups::SubLevel;

#[derive(SubLevel, Clone, Copy)]
union Key {
    a: u8,
    b: i8,
}

fn main() {}
