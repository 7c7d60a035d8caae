//! `oups sql` becomes another program. In these tests it is a script that prints its arguments and its input.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::program::{clean, output, signal};
use crate::sandbox::Sandbox;

/// A folder with `oups` alone in it, and one that is empty.
struct Installed {
    bin: TempDir,
    elsewhere: TempDir,
}

/// Prints its name, its arguments and its input.
const TELLS: &str = "#!/bin/sh\necho \"$0\"\nprintf '[%s]\\n' \"$@\"\ncat\necho told >&2\nexit 7\n";

impl Installed {
    fn new() -> Self {
        // A link needs the folder to be where the program is.
        let folder = || TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let installed = Self { bin: folder(), elsewhere: folder() };
        fs::hard_link(env!("CARGO_BIN_EXE_oups"), installed.bin.path().join("oups")).unwrap();
        installed
    }

    /// `oups-sql` in the folder, as this script.
    fn script(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join("oups-sql");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn oups(&self, words: &[&str]) -> Command {
        let mut command = clean(self.bin.path().join("oups"), self.elsewhere.path(), self.elsewhere.path());
        // The scripts need programs of the system; an `oups-sql` of who runs the tests is not to be found.
        let path = std::env::join_paths([self.elsewhere.path(), Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
        command.args(words).env("PATH", path);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn told(&self, words: &[&str], input: &str) -> Output {
        let mut child = self.oups(words).spawn().unwrap();
        // Who ends at once reads nothing.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        output(child, &format!("{words:?}"))
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_one_beside_is_started_with_all_words_and_streams() {
    let installed = Installed::new();
    Installed::script(installed.elsewhere.path(), "#!/bin/sh\necho the one on PATH\n");
    let beside = Installed::script(installed.bin.path(), TELLS);
    let told = |words: &[&str]| {
        let output = installed.told(words, "select 1");
        assert_eq!((output.status.code(), text(output.stderr).as_str()), (Some(7), "told\n"));
        text(output.stdout).strip_prefix(&format!("{}\n", beside.display())).unwrap().to_owned()
    };
    assert_eq!(
        told(&["sql", "data", "-c", "select ';'", "--", "", "--zzz"]),
        "[data]\n[-c]\n[select ';']\n[--]\n[]\n[--zzz]\nselect 1"
    );
    assert_eq!(told(&["sql", "--help"]), "[--help]\nselect 1");
    assert_eq!(told(&["help", "sql"]), "[--help]\nselect 1");
    assert_eq!(told(&["-vv", "sql", "-v"]), "[-v]\n[-v]\n[-v]\nselect 1");
    assert_eq!(told(&["sql", "--version"]), "[--version]\nselect 1");
}

#[test]
fn words_need_not_be_texts() {
    let installed = Installed::new();
    Installed::script(installed.bin.path(), TELLS);
    let mut command = installed.oups(&["sql"]);
    command.arg(std::ffi::OsString::from_vec(vec![b'a', 0xff])).stdin(Stdio::null());
    let output = output(command.spawn().unwrap(), "a word that is no text");
    assert!(output.stdout.ends_with(b"[a\xff]\n"), "{output:?}");
}

#[test]
fn without_one_beside_the_one_on_the_path_is_started() {
    let installed = Installed::new();
    let on_path = Installed::script(installed.elsewhere.path(), TELLS);
    let output = installed.told(&["sql", "data"], "");
    assert_eq!((output.status.code(), text(output.stderr).as_str()), (Some(7), "told\n"));
    assert_eq!(text(output.stdout), format!("{}\n[data]\n", on_path.display()));
}

#[test]
fn where_there_is_none_it_is_told_how_to_get_one() {
    let installed = Installed::new();
    for words in [&["sql"][..], &["sql", "data", "-c", "select 1"], &["sql", "--help"]] {
        let output = installed.told(words, "");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
        let expected = "oups: error: `oups sql` is a program of its own, which is not installed\n\
                        oups: hint: cargo install --path engines/oups-sql\n";
        assert_eq!(text(output.stderr), expected);
    }
}

#[test]
fn one_that_cannot_be_started_is_named() {
    let installed = Installed::new();
    let beside = Installed::script(installed.bin.path(), TELLS);
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o644)).unwrap();
    let output = installed.told(&["sql", "data"], "");
    assert_eq!(output.status.code(), Some(1));
    let said = text(output.stderr);
    assert!(said.starts_with(&format!("oups: error: cannot start {}: ", beside.display())), "{said}");
}

#[test]
fn signals_are_its_own() {
    let installed = Installed::new();
    Installed::script(installed.bin.path(), "#!/bin/sh\necho $$\nexec cat\n");
    for (name, number) in [("INT", 2), ("TERM", 15), ("PIPE", 13)] {
        let mut child = installed.oups(&["sql", "data"]).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
        assert_eq!(first.trim(), child.id().to_string(), "the same process");
        signal(name, &child);
        // Its input stays open, so that only the signal ends it.
        let input = child.stdin.take();
        let ended = output(child, &format!("SIG{name}")).status;
        drop(input);
        assert_eq!((ended.code(), ended.signal()), (None, Some(number)), "SIG{name}");
    }
}

#[test]
fn its_options_are_completed() {
    let sandbox = Sandbox::empty();
    for shell in ["bash", "zsh", "fish"] {
        let script = sandbox.stdout(&format!("oups completions {shell}"));
        for option in ["attach", "command", "time-zone", "memory", "write"] {
            assert!(script.contains(option), "{shell}: {option}");
        }
    }
}
