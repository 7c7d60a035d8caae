//! The program that prints messages: `oups`, or one that shares its rooms.

use std::sync::OnceLock;

/// How messages name a program and its options.
#[derive(Debug)]
pub struct Program {
    /// The name of the program. Each message begins with it.
    pub name: &'static str,
    /// The part of a command line that chooses columns, as in `--columns chooses`.
    pub chooses: &'static str,
    /// How to leave out a column, as in `leave it out with --columns`.
    pub leaves_out: &'static str,
}

const OUPS: Program = Program { name: "oups", chooses: "--columns", leaves_out: "with --columns" };

static SPEAKS: OnceLock<Program> = OnceLock::new();

/// Names the program of this process. Only the first call counts.
pub fn speak_as(program: Program) {
    let _: Result<(), Program> = SPEAKS.set(program);
}

/// The program of this process: `oups`, unless [`speak_as`] named another.
pub fn program() -> &'static Program {
    SPEAKS.get().unwrap_or(&OUPS)
}
