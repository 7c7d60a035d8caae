//! Checks the tables of `docs/input.md` row by row.

use crate::text::{Column, Times, Written, shown, types};

const PAGE: &str = include_str!("../../../../../docs/input.md");

fn becomes(type_name: &str, text: &str) -> Option<String> {
    let data_type = types::parse(type_name).unwrap_or_else(|| panic!("{type_name}"));
    let mut column = Column::new(&data_type, &Times::default(), 1).unwrap();
    column.append(Written::Text(text)).ok()?;
    let mut shown = String::new();
    shown::write(column.finish().as_ref(), 0, &mut shown).unwrap();
    Some(shown)
}

/// The texts between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn what_the_page_says_of_texts_is_so() {
    let tables = PAGE.split("| type | written | becomes |").skip(1);
    let rows = tables.flat_map(|table| table.lines().skip(2).take_while(|line| line.starts_with('|')));
    let mut count = 0;
    for row in rows {
        let [_, type_name, written, expected, _] = row.split('|').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let expected = quoted(expected).first().map(|text| (*text).to_owned());
        for text in quoted(written) {
            assert_eq!(becomes(quoted(type_name)[0], text), expected, "`{text}` in {row}");
            count += 1;
        }
    }
    assert!(count > 90, "the page has tables: {count}");
}

#[test]
fn each_name_of_a_type_on_the_page_is_one() {
    let table = PAGE.split_once("## Which type").unwrap().1.split_once("\n## ").unwrap().0;
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    for name in rows.flat_map(quoted).filter(|name| !matches!(*name, "s" | "ms" | "ns")) {
        assert!(types::parse(name).is_some(), "{name}");
    }
}
