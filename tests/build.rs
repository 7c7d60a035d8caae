//! Makes a test of every page that shows Rust. The blocks of the page, one after the other, are the body of one
//! function, so a page reads as a story and needs no hidden lines. `docs/<page>.rs` beside this file comes first: it
//! holds what the page needs.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = here.join("..");
    let mut pages = vec![root.join("README.md")];
    pages.extend(
        fs::read_dir(root.join("docs"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()?,
    );
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    println!("cargo::rerun-if-changed={}", root.join("docs").display());
    println!("cargo::rerun-if-changed={}", here.join("docs").display());
    let mut tests = String::new();
    for page in &pages {
        println!("cargo::rerun-if-changed={}", page.display());
        test(&mut tests, page, &here.join("docs"))?;
    }
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("pages.rs"), tests)
}

fn test(tests: &mut String, page: &Path, set_ups: &Path) -> io::Result<()> {
    let text = fs::read_to_string(page)?;
    let blocks = blocks(&text);
    let name = page.file_stem().unwrap_or_default().to_string_lossy().to_lowercase().replace('-', "_");
    if let Some(at) = text.lines().position(|line| line.trim_start().starts_with("```rust,")) {
        let _ =
            writeln!(tests, "#[test]\nfn {name}_all() {{ panic!(\"line {}: Rust that is shown is run\") }}", at + 1);
    }
    if blocks.is_empty() {
        return Ok(());
    }
    let set_up = set_ups.join(format!("{name}.rs"));
    let set_up = if set_up.exists() { fs::read_to_string(set_up)? } else { String::new() };
    let _ = writeln!(tests, "#[test]\nfn {name}() {{ in_a_folder(\"{name}\", {name}_page) }}");
    let _ = writeln!(tests, "fn {name}_page() -> anyhow::Result<()> {{\n{set_up}");
    for (line, block) in blocks {
        let _ = writeln!(tests, "// {}, line {line}\n{block}", page.display());
    }
    let _ = writeln!(tests, "Ok(())\n}}");
    Ok(())
}

/// The blocks that are Rust, each with the number of its first line.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let (mut blocks, mut open): (Vec<(usize, String)>, bool) = (Vec::new(), false);
    for (at, line) in text.lines().enumerate() {
        let fence = line.trim_start();
        match fence {
            "```rust" => {
                open = true;
                blocks.push((at + 2, String::new()));
            }
            "```" => open = false,
            _ => {}
        }
        if let (true, Some((_, block)), false) = (open, blocks.last_mut(), fence == "```rust") {
            block.push_str(line);
            block.push('\n');
        }
    }
    blocks
}
