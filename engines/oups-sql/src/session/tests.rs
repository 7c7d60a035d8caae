use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use datafusion::arrow::array::{Int64Array, RecordBatch};
use datafusion::logical_expr::{Volatility, create_udf};
use oups::{AnyKey, KeySchema, Separator, Store, StoreOptions};
use oups_cli::args::{Format, usage};
use oups_cli::explain::exit;
use oups_tests::fault_fs::{Fault, FaultFs};

use super::*;
use crate::source::Text;
use crate::statement::split;

fn args(store: &Path, options: &[&str]) -> Sql {
    let words = [OsString::from("oups-sql"), store.into()].into_iter().chain(options.iter().map(OsString::from));
    usage::parse(words).unwrap()
}

fn store(path: &Path) -> Store<AnyKey> {
    Store::create_for(path, KeySchema::parse("a:str", Separator::Dash).unwrap()).unwrap()
}

fn run(session: &Session, statement: &str) -> Result<()> {
    let [statement] = &split(&Text::typed(statement), &Default::default())[..] else { panic!("one statement") };
    session.run(statement, &Target::of(None, Some(Format::Csv)).unwrap(), &mut Stdout::new())
}

#[test]
fn a_panic_is_told_with_its_statement() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    store(&path);
    let session = Session::open(&args(&path, &[]), Patience::Ends).unwrap();
    let panics = create_udf(
        "panics",
        vec![DataType::Int64],
        DataType::Int64,
        Volatility::Volatile,
        Arc::new(|_| panic!("of a test")),
    );
    session.engine.ctx.register_udf(panics);
    let statement = "select panics(n) from (select unnest(range(0, 10)) as n)\norder by 1";
    let error = run(&session, statement).unwrap_err();
    let told = "internal error, please report: of a test\n  select panics(n) from (select unnest(range(0, 10)) as n)\n  order by 1";
    assert_eq!(error.to_string(), told);
}

/// Exit codes have no comparison, but a text.
fn code(result: Result<()>) -> String {
    format!("{:?}", exit::code(result, &Stdout::new()))
}

#[test]
fn an_insert_that_has_perhaps_happened_has_an_exit_status_of_its_own() {
    let of = |status: u8| format!("{:?}", ExitCode::from(status));
    for (fault, status, is_there) in [
        (Fault::FailsAfter, 3, true),
        (Fault::Blinds { done: true }, 3, true),
        (Fault::Blinds { done: false }, 3, false),
        (Fault::Fails, 1, false),
    ] {
        for statement in [
            "insert into store.\"rome\" (hour) values (2)",
            "insert into store (a, hour) values ('rome', 2)",
            "insert into store (a, hour) values ('oslo', 2), ('rome', 2)",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("data");
            let plain = store(&path);
            let rome = plain.dataset(&plain.parse_key("rome").unwrap()).unwrap();
            let hours = RecordBatch::try_from_iter([("hour", Arc::new(Int64Array::from(vec![1])) as _)]).unwrap();
            rome.write(hours).ordered_on("hour").commit().unwrap();
            let fs = FaultFs::hitting_first("rename rome.opdmd", fault);
            let faulty = Store::open_with(&path, StoreOptions::new().file_system(fs)).unwrap();
            let session = Session::over(Stores::of_one(faulty), &args(&path, &["--write"]), Patience::Ends).unwrap();
            let done = run(&session, statement);
            let told = format!("{fault:?}, {statement}: {done:?}");
            assert_eq!(code(done), of(status), "{told}");
            assert_eq!(rome.info().unwrap().rows, if is_there { 2 } else { 1 }, "{told}");
        }
    }
    assert_eq!(code(Ok(())), of(0));
}
