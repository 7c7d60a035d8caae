//! Line numbers in errors are those that an editor shows.

use super::tried::Tried;

const BEFORE: [&str; 5] = [
    "t,x,note\n1,1,a\n",
    "t,x,note\n1,1,\"two\nlines\"\n",
    "t,x,note\n1,1,a\n\n",
    "t,x,note\r\n1,1,\"two\r\nlines\"\r\n",
    "t,x,note\r1,1,a\r\r\"2\",2,\"two\rlines\"\r",
];

fn line_after(text: &str) -> usize {
    text.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count() + 1
}

#[test]
fn of_a_value() {
    let tried = Tried::new();
    for before in BEFORE {
        let said = tried.refused("a.csv", format!("{before}3,cold,b\n"), "--types x:f64");
        assert!(said.contains(&format!("a.csv: line {}, column `x`: `cold`", line_after(before))), "{said}");
    }
    let said = tried.refused("a.jsonl", "{\"t\":1,\"x\":1}\r\n\r\n{\"t\":2,\"x\":\"cold\"}\r\n", "--types x:f64");
    assert!(said.contains("a.jsonl: line 3, column `x`: `cold`"), "{said}");
}

#[test]
fn of_rows_out_of_order_and_without_a_value() {
    let tried = Tried::new();
    for before in BEFORE {
        let line = line_after(before);
        let said = tried.refused("a.csv", format!("{before}-5,1,b\n"), "");
        assert!(said.contains(&format!("hint: that is line {line} of a.csv; sort the input by `t`")), "{said}");
        for options in ["", "--sort"] {
            let said = tried.refused("a.csv", format!("{before},1,b\n"), options);
            assert!(said.contains(&format!("hint: that is line {line} of a.csv; give `")), "{said}");
        }
    }
}

#[test]
fn of_the_second_file() {
    let tried = Tried::new();
    tried.sandbox().file("1.csv", "t,x\n1,1\n\n2,2\n").file("2.csv", "x,t\n1,\"5\"\n\n\n1,4\n");
    tried.sandbox().file("3.csv", "t,x\n6,cold\n");
    let (done, said) = tried.run("oups write data a 1.csv 2.csv --ordered-on t");
    assert!(!done && said.contains("row 4 is out of order: 4 after 5"), "{said}");
    assert!(said.contains("that is line 5 of 2.csv"), "{said}");
    let (done, said) = tried.run("oups write data a 1.csv 3.csv --ordered-on t --types x:i64");
    assert!(!done && said.contains("3.csv: line 2, column `x`: `cold` is not a whole number"), "{said}");
    // Types are inferred from all files, and the message names the file that decided.
    let (done, said) = tried.run("oups write data a 1.csv 3.csv --ordered-on t");
    assert!(done && said.contains("3.csv: line 2, column `x`: `cold` is not a number"), "{said}");
}

#[test]
fn of_many_rows_that_are_not_equally_far_from_each_other() {
    let tried = Tried::new();
    let rows: String = (0..30_000).map(|t| format!("{t},\"{}\"\n", if t % 3 == 0 { "a\nb" } else { "c" })).collect();
    let text = format!("t,x\n{rows}");
    let said = tried.refused("a.csv", format!("{text}7,x\n"), "");
    assert!(said.contains(&format!("that is line {} of a.csv", line_after(&text))), "{said}");
}

#[test]
fn an_hour_that_comes_twice_is_not_to_be_sorted() {
    let tried = Tried::new();
    let night = "t,x\n2024-10-27 02:00:00,1\n2024-10-27 02:30:00,2\n2024-10-27 02:00:00,3\n";
    let said = tried.refused("a.csv", night, "");
    assert!(said.contains("line 4 of a.csv; if clocks were put back there") && !said.contains("--sort"), "{said}");
    let said = tried.refused("a.csv", night, "--time-zone Europe/Berlin");
    assert!(said.contains("a.csv: line") && !said.contains("--sort"), "{said}");
}

#[test]
fn what_an_error_shows_steers_no_terminal() {
    let tried = Tried::new();
    let said = tried.refused("a.csv", "t,x\n1,\u{1b}[2Jcold\n", "--types x:f64");
    assert!(said.contains("`\\u{1b}[2Jcold`"), "{said}");
    let long = format!("t,x\n1,{}\n", "cold".repeat(10_000));
    assert!(tried.refused("a.csv", long, "--types x:f64").contains("coldcold…`"));
    assert!(!tried.refused("a.jsonl", "{\"t\":1,\"x\u{1b}[2J\":\"y\"}\n", "").contains('\u{1b}'));
    tried.refused("a.csv", "t,\u{1b}[2J\n1,2\n,3\n2\n", "");
}
