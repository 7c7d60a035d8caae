//! Statements that do not run: refused before anything does, with what to use instead.

use crate::weather::{check, told, weather};

#[test]
fn statements_that_do_not_run_say_what_does() {
    let sandbox = weather();
    sandbox.file("x.csv", "a\n1\n");
    let statements = [
        "copy store to 'out.parquet'",
        "copy (select 1) to 'out.csv'",
        "explain copy store to 'out.parquet'",
        "create external table x stored as csv location 'x.csv'",
        "create unbounded external table x stored as csv location 'x.csv'",
        "select * from read_csv('x.csv')",
        "select * from parquet_scan('s3://bucket/x.parquet')",
        "select * from 'x.csv'",
        "drop table store",
        "drop table if exists public.store",
        "drop table store.\\\"JFK/1h\\\"",
        "drop schema store cascade",
        "delete from store where temp > 5",
        "update store set temp = 5",
        "merge into store using store s on false when matched then delete",
        "truncate table store",
        "insert into store values ('a', 'b')",
        "insert into Store select * from store",
        "insert into store.\\\"JFK/1h\\\" select * from store.\\\"JFK/1h\\\"",
        "explain analyze insert into store select * from store",
        "prepare p as insert into store select * from store",
        "create view store as select 1",
        "create or replace table store as select 1",
        "create function f(a int) returns int return a",
        "create schema other",
        "begin",
        "alter table store rename to other",
        "analyze table store",
    ];
    let lines: Vec<String> =
        statements.iter().map(|statement| format!("oups-sql weather -c \"{statement}\"")).collect();
    check(
        "statements_that_do_not_run_say_what_does",
        &sandbox.session(&lines.iter().map(String::as_str).collect::<Vec<_>>()),
    );
    for left in ["out.parquet", "out.csv"] {
        assert!(!sandbox.path(left).exists(), "{left}");
    }
}

#[test]
fn a_store_is_open_for_reading_only() {
    let found = told(&weather(), "oups-sql weather -c 'insert into store select * from store'");
    let expected = "oups-sql: error: the store is open for reading only\noups-sql: hint: --write\n";
    assert_eq!(found, (Some(1), expected.to_owned()));
}

#[test]
fn nothing_runs_before_all_may() {
    let sandbox = weather();
    for second in ["select 1 +", "drop table store", "select 'open"] {
        let output = sandbox.sh(&format!("oups-sql weather -c \"select 1 as n; {second}\""));
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{second}");
    }
}

#[test]
fn what_a_statement_changes_in_the_reading_of_texts_does_not_get_others_through() {
    let sandbox = weather();
    // With other quotes, what was a text is a name, and the other way round.
    let text = "set datafusion.sql_parser.dialect = 'MySQL'; insert into \\`store\\` select * from store";
    let (code, said) = told(&sandbox, &format!("oups-sql weather -c \"{text}\""));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the store is open for reading only"), "{said}");
}

#[test]
fn tables_of_the_session_are_not_stores() {
    let sandbox = weather();
    let text = "create table t as select 1 as a; insert into t values (2); select sum(a) as s from t; drop table t";
    assert_eq!(
        sandbox.shown(&format!("oups-sql weather --format csv -c '{text}'")),
        "oups-sql: inserted 1 row\ns\n3\n"
    );
}
