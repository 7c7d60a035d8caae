//! Which program speaks: `oups`, or one that shares its rooms.

use std::sync::OnceLock;

/// A program, as its messages call it and its options.
#[derive(Debug)]
pub struct Program {
    /// Its name, with which each of its messages begins.
    pub name: &'static str,
    /// What chooses the columns of its rows, as in `--columns chooses`.
    pub chooses: &'static str,
    /// How one is left out, as in `leave it out with --columns`.
    pub leaves_out: &'static str,
}

const OUPS: Program = Program { name: "oups", chooses: "--columns", leaves_out: "with --columns" };

static SPEAKS: OnceLock<Program> = OnceLock::new();

/// From now on this program speaks. Only the first that says so does.
pub fn speak_as(program: Program) {
    // A process is one program for as long as it lives.
    let _: Result<(), Program> = SPEAKS.set(program);
}

/// The program that speaks: `oups`, where no other has said so.
pub fn program() -> &'static Program {
    SPEAKS.get().unwrap_or(&OUPS)
}
