//! JSON: objects, numbers digit by digit, nested values.

use super::tried::Tried;

#[test]
fn whole_numbers_keep_every_digit() {
    let tried = Tried::new();
    for values in [
        &["9223372036854775808", "9223372036854775809"][..],
        &["18446744073709551615", "1"],
        &["9223372036854775807", "-9223372036854775808"],
        &["9007199254740993", "1"],
    ] {
        let lines: String = (0..).zip(values).map(|(t, id)| format!("{{\"t\":{t},\"id\":{id}}}\n")).collect();
        assert_eq!(tried.taken("a.jsonl", &lines, ""), lines);
    }
    // No number type holds these values: they stay texts, and the program says so.
    for values in [["9007199254740993", "0.5"], ["1e400", "1.5"], ["18446744073709551616", "1"]] {
        let lines: String = (0..).zip(values).map(|(t, x)| format!("{{\"t\":{t},\"x\":{x}}}\n")).collect();
        let outcome = tried.write("a.jsonl", &lines, "");
        let texts: String = (0..).zip(values).map(|(t, x)| format!("{{\"t\":{t},\"x\":\"{x}\"}}\n")).collect();
        assert_eq!(outcome.rows, Some(texts));
        assert!(
            outcome.said.contains("column `x`: `") && outcome.said.contains("is taken as text"),
            "{}",
            outcome.said
        );
    }
}

#[test]
fn a_line_is_one_object() {
    let tried = Tried::new();
    for (text, wrong) in [
        ("{\"t\":1}\n{\"t\":2} {\"t\":3}\n", "line 2: expected one object, found `{\"t\":3}` behind it"),
        ("[{\"t\":1},\n{\"t\":2}]\n", "line 1: expected one object a line, found a list"),
        ("{\n  \"t\": 1\n}\n", "line 1: the line ends within its object"),
        ("{\"t\":1}\n\n{\"t\":\n", "line 3: the line ends within its object"),
        ("{\"t\":1}\n{\"t\":NaN}\n", "line 2 is not JSON from character 6 on"),
        ("{\"t\":1,\"t\":2}\n", "line 1, column `t` comes twice in one object"),
        ("{\"t\":1,\"o\":{\"a\":1,\"a\":null}}\n", "line 1, column `o.a` comes twice in one object"),
        (
            "{\"t\":1,\"o\":{\"a\":1}}\n{\"t\":2,\"o\":[1]}\n",
            "line 2, column `o`: `[…]` is a list, where line 1 has an object",
        ),
        ("{\"t\":1,\"l\":[]}\n", "line 1, column `l` is a list, and no list has an item"),
        ("{\"t\":1,\"x\":\"\\ud800\"}\n", "line 1, column `x`: `\"\\ud800\"` holds half of a character"),
        ("t,x\n1,2\n", "line 1: expected one object a line, found `t,x`"),
    ] {
        let said = tried.refused("a.jsonl", text, "");
        assert!(said.contains(&format!("a.jsonl: {wrong}")), "{said}");
        assert!(!said.contains("EOF") && !said.contains("expected value"), "{said}");
    }
}

#[test]
fn values_within_values_are_read_exactly() {
    let tried = Tried::new();
    let text = "{\"t\":1,\"o\":{\"a\":18446744073709551615,\"d\":\"2013-02-08\"},\"l\":[1,2.5],\"m\":[{\"q\":\"a\"}]}\n\
                {\"t\":2,\"o\":{\"a\":1,\"d\":null},\"l\":[],\"m\":[null]}\n\
                {\"t\":3,\"o\":null,\"l\":null,\"m\":null}\n";
    let rows = tried.taken("a.jsonl", text, "");
    assert_eq!(rows, text.replace("[1,2.5]", "[1.0,2.5]"));
    for (value, wrong) in [
        ("\"o\":{\"a\":-1}", "column `o.a`: `-1` is"),
        ("\"o\":{\"d\":\"8.2.2013\"}", "column `o.d`: `8.2.2013` is not a date"),
        ("\"l\":[1,\"cold\"]", "column `l`: `cold` is not a number"),
        ("\"m\":[{\"q\":{}}]", "column `m.q`: `{}` is not a plain value"),
        ("\"o\":7", "column `o`: `7` is not an object"),
    ] {
        tried.sandbox().file("b.jsonl", format!("{{\"t\":4}}\n\n{{\"t\":5,{value}}}\n"));
        let (done, said) = tried.run("oups write data 0 b.jsonl");
        assert!(!done && said.contains(&format!("b.jsonl: line 3, {wrong}")), "{said}");
    }
}

#[test]
fn a_new_field_within_an_object_is_not_dropped() {
    let tried = Tried::new();
    let first = "{\"t\":1,\"o\":{\"a\":1},\"l\":[{\"a\":1}]}\n";
    tried.taken("a.jsonl", first, "");
    for (value, path) in
        [("\"o\":{\"a\":2,\"b\":7}", "o.b"), ("\"o\":{\"aa\":2}", "o.aa"), ("\"l\":[{\"b\":7}]", "l.b")]
    {
        tried.sandbox().file("b.jsonl", format!("{{\"t\":2,{value}}}\n"));
        let (done, said) = tried.run("oups write data 0 b.jsonl");
        assert!(
            !done && said.contains(&format!("line 1, column `{path}`")) && said.contains("--evolve-schema"),
            "{said}"
        );
        assert_eq!(tried.sandbox().stdout("oups read data 0 --format json"), first);
    }
    assert!(tried.run("oups write data 0 b.jsonl --evolve-schema").0);
    let rows = tried.sandbox().stdout("oups read data 0 --format json");
    assert_eq!(
        rows,
        "{\"t\":1,\"o\":{\"a\":1},\"l\":[{\"a\":1,\"b\":null}]}\n{\"t\":2,\"o\":null,\"l\":[{\"a\":null,\"b\":7}]}\n"
    );
}

#[test]
fn a_text_that_null_names_is_null_at_any_depth() {
    let tried = Tried::new();
    let text =
        "{\"t\":1,\"x\":\"\",\"s\":\"NA\",\"o\":{\"l\":[\"NA\",2.5]}}\n{\"t\":2,\"x\":1.5,\"s\":\"a\",\"o\":null}\n";
    let rows = "{\"t\":1,\"x\":null,\"s\":null,\"o\":{\"l\":[null,2.5]}}\n{\"t\":2,\"x\":1.5,\"s\":\"a\",\"o\":null}\n";
    assert_eq!(tried.taken("a.jsonl", text, "--null '' --null NA"), rows);
    tried.sandbox().file("b.jsonl", text.replace("\"t\":", "\"t\":1"));
    assert!(tried.run("oups write data 0 b.jsonl --null '' --null NA").0);
    let refused = tried.refused("a.jsonl", "{\"t\":\"NA\"}\n{\"t\":1}\n", "--null NA");
    assert!(refused.contains("row 1 is null"), "{refused}");
}

#[test]
fn numbers_between_quotes_are_told_as_what_they_are() {
    let tried = Tried::new();
    let said = tried.refused("a.jsonl", "{\"t\":\"1\"}\n", "");
    assert!(said.contains("line 1, column `t`: `1` is a number between quotes, so a text"), "{said}");
    assert!(said.contains("--types t:f64, or t:i64"), "{said}");
    assert_eq!(tried.taken("a.jsonl", "{\"t\":\"1\"}\n", "--types t:i64"), "{\"t\":1}\n");
    let outcome = tried.write("a.jsonl", "{\"t\":1,\"x\":1.0}\n{\"t\":2,\"x\":\"1\"}\n", "");
    assert_eq!(outcome.rows.as_deref(), Some("{\"t\":1,\"x\":\"1.0\"}\n{\"t\":2,\"x\":\"1\"}\n"));
    assert!(outcome.said.contains("`1` is a number between quotes, so a text"), "{}", outcome.said);
}

#[test]
fn infinities_of_other_programs_are_numbers_beside_numbers() {
    let tried = Tried::new();
    let text = "{\"t\":1,\"x\":\"Infinity\"}\n{\"t\":2,\"x\":\"-Infinity\"}\n{\"t\":3,\"x\":1.5}\n";
    let rows = "{\"t\":1,\"x\":\"inf\"}\n{\"t\":2,\"x\":\"-inf\"}\n{\"t\":3,\"x\":1.5}\n";
    assert_eq!(tried.taken("a.jsonl", text, ""), rows);
}

#[test]
fn what_is_not_json_is_told_with_what_would_do() {
    let tried = Tried::new();
    for (text, what, advice) in [
        ("{\"t\":1,\"x\":NaN}\n", "from character 12 on: `NaN}`", "write it between quotes, \"NaN\""),
        ("{\"t\":1,\"x\":-Infinity}\n", "from character 13 on", "write it between quotes"),
        ("{\"t\":1,}\n", "from character 8 on: `}`", "take out the comma before it"),
        ("{'t':1}\n", "from character 2 on", "JSON has double quotes"),
        ("{\"t\":1,\"x\":\"a\tb\"}\n", "from character 13 on", "written as escapes"),
        ("{\"t\":007}\n", "from character 7 on", "no zeros in front"),
        ("{\"t\":1}\n{\"t\":2,\"x\":\"ab", "line 2: the file ends within this object", "jq"),
        ("{\"t\":1}\u{c}\n", "found `\\u{c}` behind it", "jq"),
        ("{\"t\":1,\"l\":[]}\n", "no list has an item", "del(.NAME)"),
    ] {
        let said = tried.refused("a.jsonl", text, "");
        let (error, hint) = said.split_once("oups: hint: ").unwrap_or_else(|| panic!("{said}"));
        assert!(error.contains(what) && hint.contains(advice), "{said}");
    }
}
