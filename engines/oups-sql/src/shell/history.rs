//! The history of the shell, in the user's state folder.

use std::env;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use oups_cli::terminal::message::message;
use rustyline::history::{DefaultHistory, History};

/// The file of the history. None after it could not be read or written, which is told once.
pub(super) struct Kept(Option<PathBuf>);

impl Kept {
    /// The file `oups/sql_history` in `$XDG_STATE_HOME`, or in `~/.local/state`.
    pub(super) fn at_its_place() -> Self {
        Self::below(env::var_os("XDG_STATE_HOME").map(PathBuf::from), env::var_os("HOME").map(PathBuf::from))
    }

    fn below(state: Option<PathBuf>, home: Option<PathBuf>) -> Self {
        // The rule of these folders: a path that is not absolute counts as unset.
        let absolute = |path: Option<PathBuf>| path.filter(|path| path.is_absolute());
        let folder = absolute(state).or_else(|| Some(absolute(home)?.join(".local/state")));
        if folder.is_none() {
            without("neither XDG_STATE_HOME nor HOME names a folder");
        }
        Self(folder.map(|folder| folder.join("oups").join("sql_history")))
    }

    /// Reads the file, and makes it if it is not there.
    pub(super) fn load(&mut self, history: &mut DefaultHistory) {
        self.attempt("use", |path| {
            drop(private(path)?);
            history.load(path).map_err(io::Error::other)
        });
    }

    /// Adds to the file what is new in the history.
    pub(super) fn append(&mut self, history: &mut DefaultHistory) {
        self.attempt("write", |path| history.append(path).map_err(io::Error::other));
    }

    fn attempt(&mut self, action: &str, work: impl FnOnce(&Path) -> io::Result<()>) {
        if let Some(path) = &self.0
            && let Err(error) = work(path)
        {
            without(&format!("cannot {action} {}: {error}", path.display()));
            self.0 = None;
        }
    }
}

fn without(why: &str) {
    message(format_args!("no history is kept: {why}"));
}

/// The file, which only the user reads: statements may hold what others must not see.
fn private(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_in_the_state_folder() {
        let path = |text: &str| Some(PathBuf::from(text));
        let found = |state, home| Kept::below(state, home).0;
        assert_eq!(found(path("/state"), path("/home")), path("/state/oups/sql_history"));
        assert_eq!(found(path("state"), path("/home")), path("/home/.local/state/oups/sql_history"));
        assert_eq!(found(None, path("/home")), path("/home/.local/state/oups/sql_history"));
        assert_eq!(found(path(""), None), None);
    }
}
