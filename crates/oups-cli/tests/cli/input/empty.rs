//! Files without rows, and columns without values, determine no types.

use super::tried::Tried;

#[test]
fn a_header_alone_makes_no_dataset() {
    let tried = Tried::new();
    for (file, text) in [("a.csv", "t,x\n"), ("a.csv", "t,x"), ("a.jsonl", ""), ("a.jsonl", "\n\n")] {
        let said = tried.refused(file, text, "");
        assert!(said.contains(&format!("{file} has no rows, so nothing to take the types of columns from")), "{said}");
        assert!(said.contains("hint: --types says what the columns are"), "{said}");
    }
    assert!(tried.refused("a.csv", "", "").contains("a.csv is empty: expected a header"));
    // Given types need no rows.
    assert_eq!(tried.taken("a.csv", "t,x\n", "--types t:i64,x:f64"), "");
}

#[test]
fn a_dataset_that_exists_has_types_without_rows() {
    let tried = Tried::new();
    tried.taken("a.csv", "t,x\n1,2\n", "");
    tried.sandbox().file("none.csv", "t,x\n").file("none.jsonl", "");
    for file in ["none.csv", "none.jsonl"] {
        let (done, said) = tried.run(&format!("oups write data 0 {file}"));
        assert!(done && said.contains("nothing to change"), "{said}");
    }
}

#[test]
fn a_column_without_a_value_is_left_out_and_told() {
    let tried = Tried::new();
    for (file, first, second) in [
        ("a.csv", "t,x,y\n1,1,\n2,1,\n", "t,x,y\n3,1,21.5\n"),
        ("a.jsonl", "{\"t\":1,\"x\":1,\"y\":null}\n{\"t\":2,\"x\":1,\"y\":null}\n", "{\"t\":3,\"x\":1,\"y\":21.5}\n"),
    ] {
        let outcome = tried.write(file, first, "");
        assert_eq!(outcome.rows.as_deref(), Some("{\"t\":1,\"x\":1}\n{\"t\":2,\"x\":1}\n"));
        let told =
            format!("{file}: column `y` has no value in any row, so no type: it is left out (--types y:TYPE keeps it)");
        assert!(outcome.said.contains(&told), "{}", outcome.said);
        let kept = tried.taken(file, first, "--types y:f64");
        assert_eq!(kept, "{\"t\":1,\"x\":1,\"y\":null}\n{\"t\":2,\"x\":1,\"y\":null}\n");
        // The values of another file determine the type.
        let key = if file == "a.csv" { "c" } else { "j" };
        tried.sandbox().file(&format!("2{file}"), second);
        let (done, said) = tried.run(&format!("oups write data {key} {file} 2{file} --ordered-on t"));
        assert!(done && !said.contains("left out"), "{said}");
        assert!(tried.sandbox().stdout(&format!("oups read data {key} --format json")).ends_with("\"y\":21.5}\n"));
    }
    assert!(tried.refused("a.csv", "t,x\n,1\n", "").contains("column `t` has no value in any row"));
    let outcome = tried.write("a.jsonl", "{\"t\":1,\"o\":{\"a\":1,\"e\":null}}\n", "");
    assert!(outcome.said.contains("column `o.e` has no value in any row"), "{}", outcome.said);
}
