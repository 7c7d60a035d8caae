//! `oups sql` calls the program, and knows its options.

use std::collections::BTreeSet;

use crate::sandbox::Sandbox;
use crate::weather::{told, weather};

#[test]
fn oups_sql_is_this_program() {
    let sandbox = weather();
    let line = "weather -c 'select count(*) as rows from store'";
    let (through, direct) = (sandbox.shown(&format!("oups sql {line}")), sandbox.shown(&format!("oups-sql {line}")));
    assert_eq!(through, direct);
    assert!(through.contains("26115"), "{through}");
    assert_eq!(sandbox.stdout("oups sql --help"), sandbox.stdout("oups-sql --help"));
    assert_eq!(sandbox.stdout("oups help sql"), sandbox.stdout("oups-sql --help"));
    assert_eq!(told(&sandbox, "oups sql weather -c 'select nope'").0, Some(1));
    assert_eq!(told(&sandbox, "oups sql weather --nope").0, Some(2));
}

#[test]
fn completions_of_oups_know_the_options() {
    let sandbox = Sandbox::empty();
    let help = sandbox.stdout("oups-sql --help");
    let options = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let long: BTreeSet<&str> = options
        .flat_map(|line| line.split([' ', ',', '.', '=']))
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .collect();
    // Fish names one option a line, with the command that it is of.
    let script = sandbox.stdout("oups completions fish");
    let of_sql = script.lines().filter(|line| line.contains("__fish_oups_using_subcommand sql\""));
    let completed: BTreeSet<String> =
        of_sql.filter_map(|line| Some(format!("--{}", line.split_once(" -l ")?.1.split(' ').next()?))).collect();
    assert_eq!(long, completed.iter().map(String::as_str).collect());
    assert!(long.contains("--attach") && long.contains("--help"), "{long:?}");
}
