//! Keys as people type them.

use crate::sandbox::{Sandbox, check};
use crate::session::store;

fn symbols() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.file("a.csv", "t,p\n1,2.5\n2,3\n");
    sandbox.stdout("oups init data --schema symbol:str");
    sandbox
}

#[test]
fn a_key_is_typed_as_the_text_it_is() {
    let sandbox = symbols();
    sandbox.stdout("oups write data BRK.B a.csv --ordered-on t && oups write data BTC-USD a.csv --ordered-on t");
    assert_eq!(sandbox.stdout("oups ls data"), "BRK%2EB\nBTC%2DUSD\n");
    let encoded = sandbox.stdout("oups read data BRK%2EB --format csv");
    for command in [
        "read data BRK.B --format csv",
        "info data BRK.B",
        "align data BRK.B BTC-USD",
        "asof data BRK.B BTC-USD",
        "resample data BRK.B --period 1 --agg p:min",
        "meta data BRK.B note=x",
        "settings data BRK.B --row-group-target 5",
        "delete data BRK.B --start 5",
        "repair data BRK.B",
        "read data BRK.B BTC-USD --plot p",
        "write data BRK.B --row-group-target 5",
    ] {
        sandbox.stdout(&format!("oups {command}"));
    }
    assert_eq!(sandbox.stdout("oups read data BRK.B --format csv"), encoded);
    for filter in ["symbol=BRK.B", "symbol=BRK%2EB", "symbol=*.B"] {
        assert_eq!(sandbox.stdout(&format!("oups ls data {filter}")), "BRK%2EB\n", "{filter}");
    }
    assert_eq!(sandbox.stdout("oups rm data BRK.B --json"), "{\"removed\":\"BRK%2EB\"}\n");
    sandbox.stdout("oups init depths --schema depth:int && oups write depths --ordered-on t -- -3 a.csv");
    assert_eq!(sandbox.stdout("oups ls depths depth=-3 && oups ls depths depth=%2D3"), "%2D3\n%2D3\n");
}

#[test]
fn what_could_be_two_keys_or_a_slip_is_none() {
    let sandbox = symbols();
    sandbox.stdout("oups write data BRK.B a.csv --ordered-on t");
    check(
        "what_could_be_two_keys_or_a_slip_is_none",
        &sandbox.session(&[
            "oups write data BTC-USD a.csv --ordered-on t",
            "oups write data BRK%2eB a.csv",
            "oups write data JFK/ a.csv --ordered-on t",
            "oups read data BRK.C",
            "oups read data BRKB",
            "oups init two --schema kind:str,city:str",
            "oups write two temp-new-york a.csv --ordered-on t",
            "oups write two temp-st.john a.csv --ordered-on t",
            "oups ls data; oups ls two",
        ]),
    );
}

#[test]
fn a_path_inside_a_store_is_told_as_one() {
    check(
        "a_path_inside_a_store_is_told_as_one",
        &store().session(&[
            "oups ls data/JFK",
            "oups verify data/nothing/here",
            "cd data/JFK && oups read . JFK 2>&1 | sed \"s:'\\{0,1\\}$(cd ../.. && pwd -P)/data'\\{0,1\\}:…/data:g\"",
            "oups init data/JFK --schema a:str; ls data/JFK/oups.json",
            "oups ls JFK.parquet",
            "oups ls data origin=nothing",
            "oups rm data JFK JFK",
        ]),
    );
}
