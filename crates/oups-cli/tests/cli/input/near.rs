//! Values that are almost numbers or times, or almost values of their column.

use super::tried::Tried;

#[test]
fn a_narrow_float_says_what_the_text_said() {
    let tried = Tried::new();
    for (text, nearest) in [("52.5200066", "52.520008"), ("1234.5678", "1234.5677"), ("12345678.9", "12345679.0")] {
        let said = tried.refused("a.csv", format!("t,x\n1,{text}\n"), "--types x:f32");
        assert!(
            said.contains(&format!("`{text}` has more digits than a float of 32 bits: the nearest is {nearest}")),
            "{said}"
        );
        assert!(said.contains("give --types x:f64"), "{said}");
        let said = tried.refused("a.jsonl", format!("{{\"t\":1,\"x\":{text}}}\n"), "--types x:f32");
        assert!(said.contains(&format!("the nearest is {nearest}")), "{said}");
    }
    assert_eq!(tried.taken("a.csv", "t,x\n1,52.520008\n2,0.100000001\n", "--types x:f32").lines().count(), 2);
    let said = tried.refused("a.csv", "t,x\n1,9007199254740993.0\n", "--types x:f64");
    assert!(said.contains("the nearest is 9007199254740992.0"), "{said}");
}

#[test]
fn numbers_with_commas_and_dates_of_another_form_do_not_become_texts_unsaid() {
    let tried = Tried::new();
    for (text, options, words) in [
        ("t;x\n1;1,5\n2;2\n", "--delimiter ';'", "line 2, column `x`: `1,5` has a comma, as before a fraction"),
        ("t,x\n1,\"1,500\"\n", "", "line 2, column `x`: `1,500` has a comma, between thousands"),
        ("t,x\n1,31.12.2024\n", "", "line 2, column `x`: `31.12.2024` is a date of another form"),
        ("t,x\n1,0e830400451993494058\n2,1\n", "", "line 2, column `x`: `0e830400451993494058` looks like a name"),
    ] {
        let outcome = tried.write("a.csv", text, options);
        assert!(outcome.rows.is_some() && outcome.said.contains(words), "{}", outcome.said);
    }
    let rows = tried.taken("a.csv", "t;x\n1;1,5\n2;2\n", "--delimiter ';' --decimal-comma");
    assert_eq!(rows, "{\"t\":1,\"x\":1.5}\n{\"t\":2,\"x\":2.0}\n");
    let rows = tried.taken("a.csv", "t,x\n1,31.12.2024\n", "--time-format %d.%m.%Y --types t:i64");
    assert_eq!(rows, "{\"t\":1,\"x\":\"2024-12-31\"}\n");
    let said = tried.refused("a.csv", "t,x\n1,31.12.2024\n", "--time-format %d.%m.%Y");
    assert!(said.contains("for numbers give --types t:i64"), "{said}");
    let said = tried.refused("a.csv", "t;x\n1;1,5\n", "--delimiter ';' --types x:f64");
    assert!(said.contains("`1,5` is not a number\noups: hint: --decimal-comma"), "{said}");
}

#[test]
fn what_databases_and_python_write_of_truth_and_durations_is_read() {
    let tried = Tried::new();
    let rows = tried.taken("a.csv", "t,x\n1,1\n2,no\n3,False\n", "--types x:bool");
    assert_eq!(rows, "{\"t\":1,\"x\":true}\n{\"t\":2,\"x\":false}\n{\"t\":3,\"x\":false}\n");
    let rows = tried.taken(
        "a.csv",
        "t,x\n1,0 days 00:00:01.5\n2,\"-1 day, 23:59:59\"\n3,100:00:00\n",
        "--types x:duration[ms]",
    );
    assert_eq!(rows, "{\"t\":1,\"x\":\"PT1.500S\"}\n{\"t\":2,\"x\":\"-PT1S\"}\n{\"t\":3,\"x\":\"PT360000S\"}\n");
    let said = tried.refused("a.csv", "t,x\n1,1:30\n", "--types x:duration[ms]");
    assert!(said.contains("`1:30` is not a duration"), "{said}");
}

#[test]
fn advice_about_a_stored_column_can_be_followed() {
    let tried = Tried::new();
    let sandbox = tried.sandbox();
    sandbox.file("a.csv", "t,whole,small,time\n1,1,1,2024-01-01T00:00:00\n");
    sandbox.stdout("oups write data a a.csv --ordered-on t --types t:i32,small:i32");
    for (column, value, grown) in [
        ("whole", "1.5", None),
        ("t", "9999999999", None),
        ("small", "1.5", Some("f64")),
        ("small", "9999999999", Some("i64")),
        ("time", "2024-01-01T00:00:00.0000001", Some("timestamp[ns]")),
    ] {
        let row = if column == "t" { format!("t\n{value}\n") } else { format!("t,{column}\n2,{value}\n") };
        sandbox.file("b.csv", row);
        let (done, said) = tried.run("oups write data a b.csv");
        assert!(!done && said.contains("the type is the dataset's: mend the value"), "{said}");
        let Some(grown) = grown else {
            // These cannot grow: `whole` has no larger type, and `t` is the ordered column.
            assert!(!said.contains("--evolve-schema"), "{said}");
            continue;
        };
        let option = format!("--evolve-schema --types {column}:{grown}");
        assert!(said.contains(&option), "{said}");
        let (done, said) = tried.run(&format!("oups write data a b.csv --dry-run {option}"));
        assert!(done, "{said}");
    }
}

#[test]
fn an_hour_of_a_clock_before_zones_is_told_apart_as_the_hint_says() {
    let tried = Tried::new();
    let said = tried.refused("a.csv", "t\n1883-11-18 12:00\n", "--time-zone America/New_York");
    assert!(said.contains("(-04:56:02 or -05)"), "{said}");
    let rows = tried.taken("a.csv", "t\n1883-11-18 12:00-04:56:02\n1883-11-18 12:00-05\n", "");
    assert_eq!(rows, "{\"t\":\"1883-11-18T16:56:02Z\"}\n{\"t\":\"1883-11-18T17:00:00Z\"}\n");
}

#[test]
fn an_ordered_column_without_a_value_or_of_times_of_day_is_told_as_such() {
    let tried = Tried::new();
    let said = tried.refused("a.csv", "t,x\n\"\",1\n", "");
    assert!(said.contains("column `t` has no value in any row"), "{said}");
    for options in ["", "--time-format %H:%M"] {
        let said = tried.refused("a.csv", "t,x\n12:00,1\n", options);
        assert!(
            said.contains("line 2, column `t`: `12:00` is a time of day") && said.contains("--types t:time[us]"),
            "{said}"
        );
    }
    assert_eq!(tried.taken("a.csv", "t,x\n12:00,1\n", "--types t:time[us]"), "{\"t\":\"12:00:00\",\"x\":1}\n");
}

#[test]
fn a_word_for_no_value_names_its_option() {
    let tried = Tried::new();
    for (word, data_type) in [("NA", "f64"), ("NaT", "timestamp[us]"), ("NULL", "i64"), ("\\N", "bool")] {
        let text = format!("t,x\n1,{word}\n");
        let said = tried.refused("a.csv", &text, &format!("--types 'x:{data_type}'"));
        assert!(said.contains(&format!("hint: --null '{word}' reads it as no value")), "{said}");
        let rows = tried.taken("a.csv", &text, &format!("--types 'x:{data_type}' --null '{word}'"));
        assert_eq!(rows, "{\"t\":1,\"x\":null}\n");
    }
}

#[test]
fn a_told_zone_is_not_passed_over_where_a_stored_column_has_none() {
    let tried = Tried::new();
    let sandbox = tried.sandbox();
    sandbox.file("a.csv", "t\n2024-01-01T00:00:00\n");
    sandbox.stdout("oups write data a a.csv --ordered-on t");
    let (done, said) = tried.run("oups write data a a.csv --time-zone Europe/Berlin");
    assert!(!done && said.contains("leave --time-zone out"), "{said}");
    let (done, said) = tried.run("oups write data a a.csv");
    assert!(done, "{said}");
}
