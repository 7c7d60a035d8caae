//! The zone of times without an offset.

use crate::weather::{told, weather};

/// The hours of a day, by the clock of the zone that is set.
const DAY: &str = "select min(time) as first, count(*) as n from store where airport = 'JFK' and time >= '2013-07-01' and time < '2013-07-02'";

#[test]
fn texts_are_read_in_the_zone_of_the_session() {
    let sandbox = weather();
    let day = |options: &str, before: &str| {
        sandbox.stdout(&format!("oups-sql weather --format csv {options} -c \"{before} {DAY}\""))
    };
    let (utc, new_york) = ("first,n\n2013-07-01T00:00:00Z,24\n", "first,n\n2013-07-01T04:00:00Z,24\n");
    assert_eq!(day("", ""), utc);
    assert_eq!(day("--time-zone America/New_York", ""), new_york);
    assert_eq!(day("", "set oups.time_zone = 'America/New_York';"), new_york);
    assert_eq!(day("--set oups.time_zone=America/New_York", ""), new_york);
    assert_eq!(day("--time-zone America/New_York", "set oups.time_zone = 'UTC';"), utc);
}

#[test]
fn an_inserted_text_is_read_in_the_zone_too() {
    let sandbox = weather();
    let insert = "insert into store.\\\"JFK/1h\\\" (time, temp) values ('2014-07-01 12:00', 90)";
    sandbox.stdout(&format!("oups-sql weather --write --time-zone Europe/Berlin -c \"{insert}\""));
    let newest = sandbox.stdout("oups-sql weather --format csv -c 'select max(time) as newest from store'");
    assert_eq!(newest, "newest\n2014-07-01T10:00:00Z\n");
}

#[test]
fn an_hour_that_the_clock_skips_is_refused() {
    let text = "select count(*) from store where time >= '2013-03-10 02:30'";
    let (code, said) = told(&weather(), &format!("oups-sql weather --time-zone America/New_York -c \"{text}\""));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("oups-sql: error: ") && said.contains("2013-03-10 02:30"), "{said}");
}
