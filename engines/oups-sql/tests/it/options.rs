//! Each option.

use crate::sandbox::Sandbox;
use crate::weather::{check, told, weather};

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[test]
fn statements_run_in_the_order_in_which_they_are_given() {
    let sandbox = weather();
    sandbox.file("two.sql", "\u{feff}-- the second\nselect 2 as n;\nselect 3 as n\n");
    let line = "oups-sql weather -c 'select 1 as n' -f two.sql --command 'select 4 as n; select 5 as n;'";
    let numbers = sandbox.stdout(line);
    let numbers: Vec<&str> = numbers.lines().map(str::trim).filter(|line| line.parse::<u8>().is_ok()).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5"]);
}

#[test]
fn statements_come_through_standard_input() {
    let sandbox = weather();
    for line in ["oups-sql weather --format csv", "oups-sql weather --format csv -f -"] {
        assert_eq!(sandbox.stdout(&format!("printf 'select 1 as n\\n;' | {line}")), "n\n1\n", "{line}");
    }
    assert_eq!(sandbox.stdout("printf 'set datafusion.execution.batch_size = 5' | oups-sql weather"), "");
    assert_eq!(sandbox.stdout("printf '' | oups-sql weather"), "");
    let (code, said) = told(&sandbox, "printf 'select 1' | oups-sql weather -f - -f -");
    assert_eq!((code, said.as_str()), (Some(2), "oups-sql: error: --file -: standard input can be read once\n"));
}

#[test]
fn a_statement_sees_what_those_before_it_made() {
    let sandbox = weather();
    let made = "create view summer as select * from store where time >= '2013-06-01' and time < '2013-09-01'; \
                create table hot as select airport, max(temp) as temp from summer group by airport; \
                prepare above(double) as select count(*) as n from summer where temp > $1; \
                set datafusion.execution.batch_size = 100";
    let asked = "execute above(90.0); select airport, temp from hot order by 1; show datafusion.execution.batch_size; \
                 describe hot; drop view summer; drop table hot; \
                 select table_schema, table_name from information_schema.tables where table_schema in ('public', 'store') order by 1, 2";
    check(
        "a_statement_sees_what_those_before_it_made",
        &sandbox.session(&[&format!("oups-sql weather -c \"{made}\" -c \"{asked}\"").replace('$', "\\$")]),
    );
}

#[test]
fn other_stores_are_tables_too() {
    let sandbox = weather();
    sandbox.file("codes.csv", "code,city\nEWR,Newark\nJFK,New York\nLGA,New York\n");
    sandbox.stdout("oups init airports --schema country:str");
    sandbox.stdout("oups write airports us codes.csv --ordered-on code --types code:str");
    let line = "oups-sql weather --attach places=airports --format csv -c 'select p.city, count(*) as hours from store s \
                join places p on s.airport = p.code group by p.city order by 1'";
    assert_eq!(sandbox.stdout(line), "city,hours\nNew York,17412\nNewark,8703\n");
    for (attach, said) in [
        ("store=airports", "--attach store: there is a table or schema of this name already"),
        ("public=airports", "--attach public: there is a table or schema of this name already"),
        ("a=airports --attach a=airports", "--attach a: there is a table or schema of this name already"),
    ] {
        let found = told(&sandbox, &format!("oups-sql weather --attach {attach} -c 'select 1'"));
        assert_eq!(found, (Some(2), format!("oups-sql: error: {said}\n")));
    }
    let (code, said) = told(&sandbox, "oups-sql weather --attach a=nowhere -c 'select 1'");
    assert!(code == Some(1) && said.starts_with("oups-sql: error: ") && said.contains("nowhere"), "{said}");
}

#[test]
fn settings_and_zones() {
    let sandbox = weather();
    let set = "--set datafusion.execution.batch_size=77 --set datafusion.optimizer.max_passes=4";
    let show = "show datafusion.execution.batch_size; show datafusion.execution.time_zone; show datafusion.execution.target_partitions";
    let shown = sandbox.stdout(&format!("oups-sql weather {set} --threads 3 --time-zone Europe/Berlin -c '{show}'"));
    for (name, value) in [("batch_size", "77"), ("time_zone", "Europe/Berlin"), ("target_partitions", "3")] {
        let line = lines(&shown).into_iter().find(|line| line.contains(name)).unwrap();
        assert!(line.ends_with(value), "{line}");
    }
    check(
        "wrong_settings",
        &sandbox.session(&[
            "oups-sql weather --set datafusion.execution.bach_size=7 -c 'select 1'",
            "oups-sql weather --set datafusion.execution.batch_size=many -c 'select 1'",
            "oups-sql weather --set nope=7 -c 'select 1'",
            "oups-sql weather --time-zone Europe/Berlni -c 'select 1'",
            "oups-sql weather -c 'set datafusion.execution.bach_size = 7'",
            "oups-sql weather --memory 5XB -c 'select 1'",
            "oups-sql weather --threads many -c 'select 1'",
        ]),
    );
}

#[test]
fn one_thread_is_enough() {
    let sandbox = weather();
    let line = "--format csv -c 'select airport, count(*) as n from store group by airport order by 1'";
    let all = sandbox.stdout(&format!("oups-sql weather {line}"));
    assert_eq!(all, "airport,n\nEWR,8703\nJFK,8706\nLGA,8706\n");
    assert_eq!(sandbox.stdout(&format!("oups-sql weather --threads 1 {line}")), all);
}

#[test]
fn what_cannot_be_read_is_told() {
    let sandbox = weather();
    sandbox.file("latin.sql", b"select 1;\nselect 'gr\xf6\xdfe'\n");
    for (line, expected) in [
        ("weather -f nowhere.sql", "cannot read nowhere.sql: "),
        ("weather -f latin.sql", "latin.sql is not UTF-8 text: line 2 has bytes that are no letter"),
        ("nowhere -c 'select 1'", "nowhere"),
        ("latin.sql -c 'select 1'", "latin.sql is a file, not a store"),
    ] {
        let (code, said) = told(&sandbox, &format!("oups-sql {line}"));
        assert_eq!(code, Some(1), "{line}: {said}");
        assert!(said.starts_with("oups-sql: error: ") && said.contains(expected), "{line}: {said}");
    }
}

#[test]
fn what_is_done_is_told_when_asked() {
    let sandbox = Sandbox::empty();
    sandbox.stdout("oups init data --schema a:str");
    let (code, said) = told(&sandbox, "oups-sql data -vv -c 'select count(*) from store'");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}
