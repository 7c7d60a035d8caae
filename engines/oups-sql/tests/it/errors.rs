//! Errors begin with what is wrong in the user's words.

use std::fs;

use crate::sandbox::Sandbox;
use crate::weather::{check, told, weather};

fn session(sandbox: &Sandbox, statements: &[&str]) -> String {
    let lines: Vec<String> =
        statements.iter().map(|statement| format!("oups-sql weather -c \"{statement}\"")).collect();
    sandbox.session(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn names_that_are_not_there() {
    check(
        "names_that_are_not_there",
        &session(
            &weather(),
            &[
                "select tmep from store",
                "select s.tmep, 1 from store s where airport = 'JFK'",
                "select altitude_of_the_moon from store",
                "select Nope from store where temp > 5",
                "select * from nope",
                "select * from stor",
                "select * from store.\\\"JKF/1h\\\"",
                "select * from store.\\\"somewhere/else/1h\\\"",
                "select * from stroe.\\\"JFK/1h\\\"",
                "select * from \\\"JFK/1h\\\"",
                "select maxx(temp) from store",
                "select * from oups_datasetz('store')",
                "select temp from store where airport = \\\"JFK\\\"",
                "select time from store a join store b on a.time = b.time",
                "with hot as (select * from store) select * from hott",
            ],
        ),
    );
}

#[test]
fn functions_that_are_called_wrongly() {
    check(
        "functions_that_are_called_wrongly",
        &session(
            &weather(),
            &[
                "select oups_perod('1D', time) from store",
                "select oups_period('1D') from store",
                "select round('a', 'b', 'c', 'd') from store",
                "select date_trunc(time) from store",
                "select sum(airport) from store",
                "select substr(temp) from store",
                "select oups_period('1 day', time) from store",
                "select oups_period('1D', temp) from store",
                "select * from oups_asof('stor', 'JFK/1h', 'EWR/1h')",
                "select * from oups_asof('store', 'JFK/1x', 'EWR/1h')",
                "select * from oups_asof('store', 'somewhere/else', 'EWR/1h')",
                "select * from oups_asof('store', 'JFK/1h', 'EWR')",
                "select * from oups_asof('store', 'JFK/1h')",
                "select * from oups_asof('store', 'JFK/1h', 'EWR/1h', 'columns=temp')",
                "select * from oups_asof('store', 'JFK/1h', 'EWR/1h', 'tolerance=a while')",
                "select * from oups_asof('store', 'JFK/1h', 'EWR/1h', 'where=tmep > 5')",
                "select * from oups_resample('store', 'airprt=JFK', '1D', 'temp:max')",
                "select * from oups_resample('store', 'airport=XXX', '1D', 'temp:max')",
                "select * from oups_resample('store', 'airport=JFK', '1d', 'temp:max')",
                "select * from oups_resample('store', 'airport=JFK', '1D', 'tmep:max')",
                "select * from oups_resample('store', 'airport=JFK', '1D', 'temp:median')",
                "select * from oups_resample('store', 'airport=JFK', '1D', 'temp:max', 'fill=linear')",
                "select * from oups_datasets('nope')",
            ],
        ),
    );
}

#[test]
fn syntax() {
    let sandbox = weather();
    sandbox.file("report.sql", "select 1 as a;\n\nselect airport\n  , sum(temp\nfrom store\ngroup by airport;\n");
    sandbox.file("open.sql", "select 1;\nselect 'größer\n");
    let direct = session(
        &sandbox,
        &[
            "select from where",
            "selct 1",
            "select 1 frm store x",
            "select (1",
            "select 'open",
            "select 1; select 2 +",
            "select 1 as größe, , 2",
            "explain",
        ],
    );
    let files = sandbox.session(&[
        "oups-sql weather -f report.sql",
        "oups-sql weather -f open.sql",
        "printf 'a\\nb' | oups-sql weather",
    ]);
    check("syntax", &(direct + &files));
}

#[test]
fn names_with_capitals() {
    let sandbox = Sandbox::empty();
    sandbox.file("prices.csv", "time,Price,lot size\n2024-01-01T00:00:00Z,1.5,2\n");
    sandbox.stdout("oups init Trades --schema symbol:str");
    sandbox.stdout("oups write Trades AAPL prices.csv --ordered-on time");
    check(
        "names_with_capitals",
        &sandbox.session(&[
            "oups-sql Trades -c 'select Price from store'",
            "oups-sql Trades -c 'select \"Price\", \"lot size\" from store'",
            "oups-sql Trades --attach T=Trades -c 'select * from T'",
            "oups-sql Trades --attach T=Trades -c 'select symbol from \"T\"'",
            "oups-sql Trades -c 'select lot_size from store'",
        ]),
    );
}

#[test]
fn what_fails_while_it_runs() {
    check(
        "what_fails_while_it_runs",
        &session(
            &weather(),
            &[
                "select 1 / 0 as a",
                "select cast('x' as int) as a",
                "select temp + airport from store",
                "select cast(300 as tinyint) as a",
                "select airport, temp from store group by airport",
                "select (select temp from store) as a",
                "select * from store where sum(temp) > 5",
                "execute nope",
                "show nope",
                "select 1 as a union select 1, 2",
            ],
        ),
    );
}

#[test]
fn the_first_that_fails_ends_the_run() {
    let sandbox = weather();
    let output = sandbox.sh("oups-sql weather -c 'select 1 as n' -c 'select 1 / 0 as n' -c 'select 3 as n'");
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(shown.contains('1') && !shown.contains('3'), "{shown}");
}

#[test]
fn a_damaged_file_is_named_with_a_way_out() {
    let sandbox = weather();
    let folder = sandbox.path("weather/JFK/1h");
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let file = files.filter(|path| path.extension().is_some_and(|extension| extension == "parquet")).max().unwrap();
    let whole = fs::read(&file).unwrap();
    let mut overwritten = whole.clone();
    overwritten[4..2000].fill(0x5a);
    for bytes in [whole[..whole.len() / 2].to_vec(), Vec::new(), overwritten] {
        fs::write(&file, bytes).unwrap();
        let (code, said) = told(&sandbox, "oups-sql weather -c 'select sum(temp), sum(humid), max(dewp) from store'");
        assert_eq!(code, Some(1), "{said}");
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(said.starts_with("oups-sql: error: ") && said.contains(&name), "{said}");
        assert!(said.contains("`oups verify weather`") && said.contains("oups repair"), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    // Other datasets are read as before.
    let line = "oups-sql weather --format csv -c \"select count(temp) > 0 as ok from store where airport = 'LGA'\"";
    assert_eq!(sandbox.stdout(line), "ok\ntrue\n");
}
