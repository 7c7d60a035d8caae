//! The shell, at a terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::program::{signal, until};
use crate::sandbox::Sandbox;
use crate::terminal::{CTRL_C, CTRL_D, Terminal, UP};
use crate::weather::{check, weather};

/// What is shown without the line that is typed, which the terminal shows as often as it likes.
fn answer(shown: &str) -> &str {
    shown.split_once('\n').map_or("", |(_, answer)| answer.strip_suffix("\noups> ").unwrap_or(answer))
}

/// Types a line, and returns what is shown until the next prompt.
fn ask(shell: &mut Terminal, line: &str) -> String {
    shell.enter(line);
    answer(&shell.prompt()).to_owned()
}

#[test]
fn a_statement_goes_on_until_its_end() {
    let sandbox = weather();
    let mut shell = Terminal::shell(&sandbox, "");
    shell.enter("select airport, count(*) as hours");
    shell.wait_for("\n   -> ");
    shell.enter("from store -- all of it;");
    shell.wait_for("\n   -> ");
    let rows = ask(&mut shell, "group by airport order by 1;");
    assert_eq!(
        rows,
        "airport  hours\n────────────────\nEWR       8703\nJFK       8706\nLGA       8706\noups-sql: 3 rows"
    );
    let two = ask(&mut shell, "select 'a;b' as t; select 2 as n;  ");
    assert!(two.contains("a;b") && two.matches("oups-sql: 1 row").count() == 2, "{two}");
    // The second one has not ended.
    shell.enter("select 3 as n; select 'it");
    shell.wait_for("oups-sql: 1 row");
    shell.wait_for("\n   -> ");
    let rest = ask(&mut shell, "s;' as t;");
    assert!(rest.contains("it\\ns;"), "{rest}");
    // An error drops what follows it.
    let dropped = ask(&mut shell, "select nope; select 'it");
    assert!(dropped.contains("no column nope"), "{dropped}");
    shell.enter("\\q");
    assert_eq!(shell.end(), Some(0));
}

#[test]
fn an_error_ends_no_shell() {
    let sandbox = weather();
    let mut shell = Terminal::shell(&sandbox, "");
    let lines =
        ["select tmep from store; select 1;", "select 1 +;", "drop table store;", "exit", "\\x", "select 1 as n;"];
    let shown: String = lines.iter().map(|line| format!("{line}\n{}\n\n", ask(&mut shell, line))).collect();
    check("an_error_ends_no_shell", &shown);
    shell.press(CTRL_D);
    assert_eq!(shell.end(), Some(0));
}

#[test]
fn tables_and_columns_are_listed() {
    let sandbox = weather();
    let mut shell = Terminal::shell(&sandbox, "--attach \"Other\"=weather");
    ask(&mut shell, "create view summer as select airport, temp from store; create table t as select 1 as a;");
    let lines = ["\\d", "\\d summer", "\\d store.\"JFK/1h\";", "\\d nope", "\\d a; drop table t", "\\d t", "\\?"];
    let shown: String = lines.iter().map(|line| format!("{line}\n{}\n\n", ask(&mut shell, line))).collect();
    check("tables_and_columns_are_listed", &shown);
    shell.enter("\\q");
    assert_eq!(shell.end(), Some(0));
}

#[test]
fn names_are_completed() {
    let sandbox = weather();
    let mut shell = Terminal::shell(&sandbox, "");
    // A completion waits no longer for a large store than a person would, so that a slow machine is asked again.
    let mut complete = |begun: &str, whole: &str| {
        shell.press(begun);
        until(&format!("{begun} is completed"), || {
            shell.press("\t");
            shell.shows(whole)
        });
        shell.wait_for(whole);
    };
    complete("select max(wind_sp", "max(wind_speed");
    complete(") as speed, cou", "speed, count");
    complete("(*) as n from sto", "from store");
    complete(".\"JF", "store.\"JFK/1h\"");
    let rows = ask(&mut shell, ";");
    assert!(rows.contains("8706") && rows.contains("oups-sql: 1 row"), "{rows}");
}

#[test]
fn ctrl_c_drops_what_is_typed() {
    let sandbox = weather();
    let mut shell = Terminal::shell(&sandbox, "");
    shell.enter("select 'never;");
    shell.wait_for("\n   -> ");
    shell.press("ended").press(CTRL_C);
    shell.prompt();
    shell.press("select nothing").press(CTRL_C);
    shell.prompt();
    let rows = ask(&mut shell, "select 5 as n;");
    assert!(rows.ends_with("n\n───\n5\noups-sql: 1 row"), "{rows}");
    shell.press(CTRL_D);
    assert_eq!(shell.end(), Some(0));
}

/// Temporary files of a process, which have no name.
fn unnamed(pid: u32) -> usize {
    let files = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    files.filter_map(|file| fs::read_link(file.path()).ok()).filter(|path| is_deleted(path)).count()
}

fn is_deleted(path: &Path) -> bool {
    path.to_string_lossy().ends_with("(deleted)")
}

/// The processor time that a process has used, in ticks.
fn used(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// Waits until a statement has worked for a while.
fn works(shell: &Terminal) {
    until("the statement runs", || !shell.is_edited());
    let (pid, begun) = (shell.child.id(), used(shell.child.id()));
    until("the statement works", || used(pid) >= begun + 30);
}

/// Waits until nothing works any longer: a moment uses no processor time.
fn rests(shell: &mut Terminal) {
    let pid = shell.child.id();
    until("the statement has ended everywhere", || {
        let before = used(pid);
        !shell.shows("nothing") && used(pid) == before
    });
}

#[test]
fn ctrl_c_stops_a_statement_and_the_prompt_comes_back() {
    let sandbox = weather();
    let mut shell = Terminal::shell(&sandbox, "--memory 32MB --threads 2");
    let pid = shell.child.id();
    let endless = "generate_series(1, 1000000)";
    for statement in [
        format!("select sum(a.value * b.value % 7) from {endless} a cross join {endless} b;"),
        "select sum(value % 7) from generate_series(1, 1000000000000);".to_owned(),
        "create table t as select sum(value % 7) from generate_series(1, 1000000000000);".to_owned(),
    ] {
        shell.enter(&statement);
        works(&shell);
        shell.press(CTRL_C);
        let told = shell.prompt();
        assert!(told.contains("oups-sql: interrupted: nothing was changed"), "{told}");
        rests(&mut shell);
    }
    // One that has temporary files.
    shell.enter("select repeat(cast(value * 7919 % 1000003 as varchar), 20) as t from generate_series(1, 100000000) order by t;");
    until("the sort has files", || unnamed(pid) > 0);
    shell.press(CTRL_C);
    let told = shell.prompt();
    assert!(told.contains("oups-sql: interrupted: nothing was changed"), "{told}");
    until("its files are gone", || unnamed(pid) == 0);
    let rows = ask(&mut shell, "select count(*) as n from store;");
    assert!(rows.contains("26115"), "{rows}");
    shell.enter("\\q");
    assert_eq!(shell.end(), Some(0));
}

#[test]
fn ctrl_c_stops_rows_that_are_shown() {
    let sandbox = weather();
    let mut shell = Terminal::shell(&sandbox, "--format csv");
    shell.enter("select value as n from generate_series(1, 1000000000000);");
    shell.wait_for("\n1000\n");
    shell.press(CTRL_C);
    shell.wait_for("oups-sql: interrupted: nothing was changed");
    shell.prompt();
    shell.press(CTRL_D);
    assert_eq!(shell.end(), Some(0));
}

#[test]
fn a_signal_ends_the_shell_and_gives_the_terminal_back() {
    let sandbox = weather();
    let shell = Terminal::shell(&sandbox, "");
    until("a line is edited", || shell.is_edited());
    signal("TERM", &shell.child);
    until("the terminal is as before", || !shell.is_edited());
    assert_eq!(shell.end(), Some(143));
    let mut shell = Terminal::shell(&sandbox, "--format csv");
    shell.enter("select value as n from generate_series(1, 1000000000000);");
    shell.wait_for("\n1000\n");
    signal("TERM", &shell.child);
    shell.wait_for("oups-sql: interrupted: nothing was changed");
    assert_eq!(shell.end(), Some(143));
}

fn history(folder: &Path) -> String {
    fs::read_to_string(folder.join("oups/sql_history")).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_history_is_kept_in_private() {
    let sandbox = weather();
    let state = sandbox.path(".local/state");
    let mut shell = Terminal::shell(&sandbox, "");
    ask(&mut shell, "select 7 as n;");
    ask(&mut shell, " select 'secret' as n;");
    shell.enter("select 8 as n,");
    shell.wait_for("\n   -> ");
    ask(&mut shell, "9 as m;");
    // It is written at once, whatever ends the shell.
    signal("KILL", &shell.child);
    assert_eq!(shell.end(), None);
    let kept = history(&state);
    assert!(kept.contains("select 7 as n;") && kept.contains("select 8") && !kept.contains("secret"), "{kept}");
    assert_eq!((mode(&state.join("oups")), mode(&state.join("oups/sql_history"))), (0o700, 0o600));
    let mut shell = Terminal::shell(&sandbox, "");
    shell.press(UP);
    shell.wait_for("9 as m;");
    let rows = ask(&mut shell, "");
    assert!(rows.ends_with("n  m\n──────\n8  9\noups-sql: 1 row"), "{rows}");
    drop(shell);
    // The folder is where the variable says.
    let elsewhere = sandbox.path("elsewhere");
    let mut shell = Terminal::run(&sandbox, "env XDG_STATE_HOME=\"$PWD/elsewhere\" oups-sql weather");
    shell.prompt();
    ask(&mut shell, "select 10 as n;");
    assert!(history(&elsewhere).contains("select 10 as n;"));
}

#[test]
fn a_shell_works_without_a_history() {
    let sandbox = weather();
    sandbox.file("codes.csv", "not a folder");
    let mut shell = Terminal::run(&sandbox, "env XDG_STATE_HOME=\"$PWD/codes.csv\" oups-sql weather");
    let told = shell.prompt();
    let rows = ask(&mut shell, "select 1 as n;") + &ask(&mut shell, "select 2 as n;");
    assert!(told.contains("oups-sql: no history is kept: cannot use "), "{told}");
    assert!(!rows.contains("history"), "{rows}");
    shell.press(CTRL_D);
    assert_eq!(shell.end(), Some(0));
}

#[test]
fn rows_go_where_standard_output_goes() {
    let sandbox = weather();
    let mut shell = Terminal::run(&sandbox, "oups-sql weather --format csv > rows.csv");
    shell.prompt();
    ask(&mut shell, "select 1 as n;");
    shell.press(CTRL_D);
    assert_eq!(shell.end(), Some(0));
    assert_eq!(fs::read_to_string(sandbox.path("rows.csv")).unwrap(), "n\n1\n");
}

#[test]
fn a_shell_has_no_output_file() {
    let sandbox = Sandbox::empty();
    sandbox.stdout("oups init weather --schema a:str");
    let mut shell = Terminal::run(&sandbox, "oups-sql weather -o rows.csv");
    shell.wait_for("oups-sql: error: --output: a shell has no output file");
    assert_eq!(shell.end(), Some(2));
}
