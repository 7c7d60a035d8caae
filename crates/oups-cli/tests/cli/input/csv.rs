//! CSV: quotes, delimiters, headers, nulls.

use super::tried::Tried;

#[test]
fn a_quote_that_is_never_closed_is_refused_with_its_line() {
    let tried = Tried::new();
    for (text, line) in [
        ("t,x,note\n1,1,fine\n2,2,\"open\n3,3,fine\n", "line 3, column `note`"),
        ("t,note\n1,fine\n2,\"broken o", "line 3, column `note`"),
        ("t,note\n1,\"two\nlines\"\n\"2,fine\n", "line 4, column `t`"),
        ("t,\"note\n1,fine\n", "line 1, field 2"),
    ] {
        let said = tried.refused("a.csv", text, "");
        assert!(said.contains(&format!("a.csv: {line}: the quote that opens here is never closed")), "{said}");
    }
}

#[test]
fn texts_behind_a_closing_quote_are_not_moved() {
    let tried = Tried::new();
    for (field, behind) in [("\"d\"e", "e"), ("\"a\\\"b\"", "b\""), ("\"d\" ", " ")] {
        let said = tried.refused("a.csv", format!("t,x,y\n1,{field},5\n2,b,6\n"), "");
        assert!(said.contains(&format!("line 2, column `x`: `{behind}` behind a closing quote")), "{said}");
    }
    let rows = tried.taken("a.csv", "t,x\n1,\"a\"\"b\"\n2,5\" nail\n3,\"two\r\nlines\"\n", "");
    assert_eq!(
        rows,
        "{\"t\":1,\"x\":\"a\\\"b\"}\n{\"t\":2,\"x\":\"5\\\" nail\"}\n{\"t\":3,\"x\":\"two\\r\\nlines\"}\n"
    );
    let plain = tried.taken("a.csv", "t,x\n1,\"a\"b\n", "--quote none");
    assert_eq!(plain, "{\"t\":1,\"x\":\"\\\"a\\\"b\"}\n");
}

#[test]
fn rows_have_a_field_for_each_column() {
    let tried = Tried::new();
    let said = tried.refused("a.csv", "t,x\n1,1\n\n2\n", "");
    assert!(said.contains("a.csv: line 4: expected 2 fields, found 1"), "{said}");
    let said = tried.refused("a.csv", "t,x\n1,1,\n", "");
    assert!(said.contains("a.csv: line 2: expected 2 fields, found 3"), "{said}");
    let said = tried.refused("a.csv", "t,x\n1,1\nt,x\n2,2\n", "");
    assert!(said.contains("a.csv: line 3 is the header again"), "{said}");
}

#[test]
fn a_header_names_each_column_once() {
    let tried = Tried::new();
    for (header, wrong) in [
        ("t,,x\n1,1,1\n", "line 1: column 2 of the header has no name"),
        ("t,x,t\n1,1,1\n", "line 1: the header names column `t` twice"),
        ("\n\nt;x\n1;1\n", "line 3: the header has one column, `t;x`, with other delimiters in it"),
        ("t\tx\n1\t1\n", "hint: give --delimiter tab"),
        ("# made by a tool\nt,x\n1,1\n", "hint: --comment '#' leaves such lines out"),
    ] {
        let said = tried.refused("a.csv", header, "");
        assert!(said.contains(wrong), "{said}");
    }
}

#[test]
fn delimiters_comments_and_decimal_commas_are_told() {
    let tried = Tried::new();
    let text = "# of a station\nt;x\n# winter\n1;2,5\n2;\"-3,25\"\n";
    let rows = tried.taken("a.csv", text, "--delimiter ';' --comment '#' --decimal-comma");
    assert_eq!(rows, "{\"t\":1,\"x\":2.5}\n{\"t\":2,\"x\":-3.25}\n");
    let told = tried.taken("a.csv", text, "--delimiter ';' --comment '#' --decimal-comma --types x:f32");
    assert_eq!(told, rows);
    // Without the option the column is inferred as texts, and the program says so.
    let texts = tried.write("a.csv", "t;x\n1;2,5\n", "--delimiter ';'");
    assert_eq!(texts.rows.as_deref(), Some("{\"t\":1,\"x\":\"2,5\"}\n"));
    assert!(texts.said.contains("--decimal-comma reads such numbers"), "{}", texts.said);
    for options in ["", "--types x:f64"] {
        let said =
            tried.refused("a.csv", "t;x\n1;2,5\n2;1.250\n", &format!("--delimiter ';' --decimal-comma {options}"));
        assert!(said.contains("line 3, column `x`: `1.250` has a point"), "{said}");
    }
    assert_eq!(tried.taken("a.tsv", "t\tx\n1\t2\n", ""), "{\"t\":1,\"x\":2}\n");
    assert_eq!(tried.taken("a.txt", "t|x\n1|2\n", "--format csv --delimiter '|'"), "{\"t\":1,\"x\":2}\n");
}

#[test]
fn an_empty_text_is_told_from_null() {
    let tried = Tried::new();
    let text = "t,x\n1,a\n2,\n3,\"\"\n4,NA\n5,\"NA\"\n";
    let nulls = |rows: &str| rows.lines().map(|row| row.ends_with("null}")).collect::<Vec<_>>();
    assert_eq!(nulls(&tried.taken("a.csv", text, "")), [false, true, false, false, false]);
    assert_eq!(nulls(&tried.taken("a.csv", text, "--null NA")), [false, true, false, true, false]);
    // An empty text is null in a column of numbers.
    let numbers = tried.taken("a.csv", "t,x\n\"1\",\"2\"\n\"2\",\"\"\n\"3\",\"NA\"\n", "--null NA");
    assert_eq!(numbers, "{\"t\":1,\"x\":2}\n{\"t\":2,\"x\":null}\n{\"t\":3,\"x\":null}\n");
}

#[test]
fn a_column_that_begins_like_times_may_be_one_of_texts() {
    let tried = Tried::new();
    let outcome = tried.write("a.csv", "t,x\n1,2013-02-08T17:30:00Z ok\n2,2013-02-08T17:31:00Z\n", "");
    let rows = "{\"t\":1,\"x\":\"2013-02-08T17:30:00Z ok\"}\n{\"t\":2,\"x\":\"2013-02-08T17:31:00Z\"}\n";
    assert_eq!(outcome.rows.as_deref(), Some(rows));
    assert!(
        outcome.said.contains("a.csv: line 2, column `x`: `2013-02-08T17:30:00Z ok` is not a time"),
        "{}",
        outcome.said
    );
}

#[test]
fn the_ordered_column_becomes_text_only_where_the_user_says_so() {
    let tried = Tried::new();
    for (text, value) in [
        ("t,x\n9,1\n10,2\nTotal,3\n", "line 4, column `t`: `Total` is not a number"),
        ("t,x\nb,1\na,2\n", "line 2, column `t`: `b` is neither a number nor a time"),
        ("t,x\n31.01.2024 11:30,1\n", "line 2, column `t`: `31.01.2024 11:30` is"),
        ("t,x\ns,m\n1,2\n", "line 2, column `t`: `s` is not a number"),
    ] {
        let said = tried.refused("a.csv", text, "");
        assert!(said.contains(value) && said.contains("--types t:str"), "{said}");
        let json: Vec<String> =
            text.lines().skip(1).map(|row| format!("{{\"t\":\"{}\"}}", row.split(',').next().unwrap())).collect();
        assert!(tried.refused("a.jsonl", json.join("\n"), "").contains("--types t:str"));
    }
    tried.taken("a.csv", "t,x\na,1\nb,2\n", "--types t:str");
}

#[test]
fn a_misspelt_column_is_told_with_those_that_are_near() {
    let tried = Tried::new();
    let names: Vec<String> = (0..2_000).map(|at| format!("sensor_{at:04}")).collect();
    let ones = vec!["1"; names.len()].join(",");
    tried.sandbox().file("wide.csv", format!("t,{}\n1,{ones}\n", names.join(",")));
    tried.sandbox().file("in.csv", "t,sensro_0042\n3,1\n");
    assert!(tried.run("oups write data wide wide.csv --ordered-on t").0);
    let (done, said) = tried.run("oups write data wide in.csv");
    assert!(!done && said.len() < 500, "{said}");
    assert!(
        said.contains("column `sensro_0042` is not a column of the dataset") && said.contains("`sensor_0042`"),
        "{said}"
    );
    let (done, said) = tried.run("oups write data new in.csv --ordered-on t --types sensor_0042:f64");
    assert!(!done && said.contains("--types: no input has a column `sensor_0042`"), "{said}");
}

#[test]
fn a_row_of_another_length_is_shown_with_what_would_do() {
    let tried = Tried::new();
    for (text, what, advice) in [
        ("t,x\n1,2\n(1 row)\n", "line 3: expected 2 fields, found 1: `(1 row)`", "leave out what is not a row"),
        ("t,x,y\n1,2,3\n2,3\n", "line 3: expected 3 fields, found 2: `2 ¦ 3`", "is the file cut short?"),
        ("t,x\n1,2,\n", "line 2: expected 2 fields, found 3: `1 ¦ 2 ¦ `", "the row ends with a delimiter"),
        (
            "t,x\n1, \"a,b\"\n",
            "line 2: expected 2 fields, found 3: `1 ¦  \"a ¦ b\"`",
            "between quotes, without a blank",
        ),
    ] {
        let said = tried.refused("a.csv", text, "");
        assert!(said.contains(what) && said.contains(advice), "{said}");
    }
    let wide = format!("t,x\n{}\n", "1,".repeat(100_000));
    tried.refused("a.csv", wide, "");
    let said = tried.refused("a.csv", ",t,x\n0,1,2\n", "");
    assert!(said.contains("column 1 of the header has no name") && said.contains("index=False"), "{said}");
}

#[test]
fn the_line_of_spreadsheets_that_tells_the_delimiter_is_heeded() {
    let tried = Tried::new();
    let rows = "{\"t\":1,\"x\":2}\n";
    for text in
        ["sep=;\nt;x\n1;2\n", "SEP=\t\r\nt\tx\r\n1\t2\r\n", "sep=,\nt,x\n1,2\n", "\u{feff}\"sep=|\"\nt|x\n1|2\n"]
    {
        assert_eq!(tried.taken("a.csv", text, ""), rows, "{text}");
    }
    assert_eq!(tried.taken("a.csv", "sep=;\nt;x\n1;2\n", "--delimiter ';'"), rows);
    let said = tried.refused("a.csv", "sep=;\nt;x\n1;2;3\n", "");
    assert!(said.contains("line 3: expected 2 fields"), "{said}");
}

#[test]
fn a_character_stands_for_one_thing() {
    let tried = Tried::new();
    for options in ["--delimiter '\"'", "--comment ','", "--comment \"'\" --quote \"'\""] {
        let said = tried.refused("a.csv", "t,x\n1,2\n", options);
        assert!(said.contains("are the same character"), "{said}");
    }
    let said = tried.refused("a.csv", "t,x\n1,2\n", "--types 't:timestamp[us,Europe/Belrin]'");
    assert!(said.contains("`Europe/Belrin` is not the name of a time zone"), "{said}");
}
