//! A first write of a file, and its outcome.

use std::cell::Cell;

use crate::sandbox::Sandbox;

/// A store that takes each file as a dataset of its own.
pub(super) struct Tried {
    sandbox: Sandbox,
    datasets: Cell<u32>,
}

/// The outcome of a file: the messages of the program, and the rows if it took them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) said: String,
    pub(super) rows: Option<String>,
}

impl Tried {
    pub(super) fn new() -> Self {
        let sandbox = Sandbox::empty();
        sandbox.stdout("oups init data --schema name:str");
        Self { sandbox, datasets: Cell::new(0) }
    }

    pub(super) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Writes a file as a new dataset, which is ordered on `t` unless the options say another column.
    pub(super) fn write(&self, file: &str, bytes: impl AsRef<[u8]>, options: &str) -> Outcome {
        let key = self.datasets.replace(self.datasets.get() + 1);
        let ordered = if options.contains("--ordered-on") { "" } else { "--ordered-on t" };
        self.sandbox.file(file, bytes);
        let (done, said) = self.run(&format!("oups write data {key} {file} {ordered} {options}"));
        let rows = done.then(|| self.sandbox.stdout(&format!("oups read data {key} --format json")));
        if !done {
            let list = self.sandbox.stdout("oups ls data");
            assert!(
                !list.lines().any(|name| name == key.to_string()),
                "{file} was refused, and made a dataset: {said}"
            );
        }
        Outcome { said, rows }
    }

    /// Whether a line succeeded, and its standard error.
    pub(super) fn run(&self, line: &str) -> (bool, String) {
        let output = self.sandbox.sh(line);
        assert!(matches!(output.status.code(), Some(0..=2)), "{line}: {output:?}");
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    }

    /// The error of a file that is refused.
    #[track_caller]
    pub(super) fn refused(&self, file: &str, bytes: impl AsRef<[u8]>, options: &str) -> String {
        let outcome = self.write(file, bytes, options);
        assert_eq!(outcome.rows, None, "{}", outcome.said);
        assert!(outcome.said.len() < 500, "{}", outcome.said);
        assert!(!outcome.said.contains('\u{1b}'));
        outcome.said
    }

    /// The rows of a file that is taken without a message.
    #[track_caller]
    pub(super) fn taken(&self, file: &str, bytes: impl AsRef<[u8]>, options: &str) -> String {
        let outcome = self.write(file, bytes, options);
        let Some(rows) = outcome.rows else { panic!("{}", outcome.said) };
        assert_eq!(outcome.said.lines().count(), 1, "{}", outcome.said);
        rows
    }
}
