//! Sources as text: code without comments, literals and tests; its paths, functions and public types.

use std::path::Path;

/// A file, by its path below `src/`.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: String,
    /// The text with comments, literals and test items blanked. Every line keeps its number.
    code: String,
    /// Lines that are not of a test item.
    lines: usize,
}

/// All files of a crate.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) sources: Vec<Source>,
}

/// A path that begins with `crate` or `super`.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

impl Tree {
    pub(super) fn read(src: &Path) -> Self {
        let (mut sources, mut folders) = (Vec::new(), vec![src.to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path.strip_prefix(src).unwrap().to_string_lossy().into_owned();
                    sources.push(Source::read(src, &name));
                }
            }
        }
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        Self { sources }
    }
}

impl Source {
    pub(super) fn read(src: &Path, path: &str) -> Self {
        Self::new(path, &std::fs::read_to_string(src.join(path)).unwrap())
    }

    pub(super) fn new(path: &str, text: &str) -> Self {
        let (code, lines) = without_tests(blanked(text));
        Self { path: path.to_owned(), code, lines }
    }

    /// Whether the file is a test as a whole.
    pub(super) fn is_test(&self) -> bool {
        let parts = self.path.trim_end_matches(".rs").split('/');
        parts
            .into_iter()
            .any(|part| part == "tests" || part == "testing" || part.ends_with("_tests") || part.starts_with("test_"))
    }

    /// The names from the crate's root to the module; empty for the root itself.
    pub(super) fn module(&self) -> Vec<String> {
        let names = self.path.trim_end_matches(".rs").split('/').map(str::to_owned);
        names.filter(|name| !matches!(name.as_str(), "mod" | "lib" | "main")).collect()
    }

    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// All paths that begin with `crate::` or `super::`, with trees of `use` unfolded.
    pub(super) fn paths(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for root in ["crate", "super"] {
            for (at, _) in self.code.match_indices(&format!("{root}::")) {
                let before = self.code[..at].chars().next_back();
                let is_inner = before.is_some_and(|c| is_word(c) || c == ':' || c == '$');
                if is_inner {
                    continue;
                }
                let mut tree = &self.code[at + root.len()..];
                let mut paths = Vec::new();
                unfold(&mut tree, &mut vec![root.to_owned()], &mut paths);
                let line = self.line(at);
                found.extend(paths.into_iter().map(|segments| Found { segments, line }));
            }
        }
        found.sort_by_key(|path| path.line);
        found
    }

    fn line(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }

    /// The paths that `pub use` re-exports. `self` is the module itself.
    pub(super) fn reexports(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        for (at, _) in self.code.match_indices("pub use ") {
            if !self.code[..at].ends_with(|c: char| !c.is_whitespace()) && self.depth(at) == 0 {
                let mut tree = &self.code[at + "pub use ".len()..];
                unfold(&mut tree, &mut Vec::new(), &mut paths);
            }
        }
        paths
    }

    fn depth(&self, at: usize) -> usize {
        let before = &self.code[..at];
        before.matches('{').count() - before.matches('}').count()
    }

    /// Names of public types that are defined here.
    pub(super) fn public_types(&self) -> Vec<String> {
        let mut names = Vec::new();
        for kind in ["struct", "enum", "trait", "type", "union"] {
            for (at, head) in self.code.match_indices(&format!("pub {kind} ")) {
                // An inline module may have a type of the same name.
                if self.depth(at) == 0 {
                    names.extend(first_word(&self.code[at + head.len()..]));
                }
            }
        }
        names
    }

    /// The signatures of `pub` functions, from behind `fn` to the body.
    pub(super) fn public_signatures(&self) -> Vec<String> {
        let mut found = Vec::new();
        for head in ["pub fn ", "pub const fn "] {
            for (at, _) in self.code.match_indices(head) {
                let rest = &self.code[at + head.len()..];
                found.push(rest[..body(rest).unwrap_or(rest.len())].to_owned());
            }
        }
        found
    }

    /// Every function with its lines, from `fn` to the closing bracket.
    pub(super) fn functions(&self) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        for (at, head) in self.code.match_indices("fn ") {
            if self.code[..at].ends_with(is_word) {
                continue;
            }
            let rest = &self.code[at + head.len()..];
            let (Some(name), Some(open)) = (first_word(rest), body(rest)) else { continue };
            let end = open + closing(&rest[open..]);
            found.push((name, rest[..end].matches('\n').count() + 1));
        }
        found
    }
}

impl Found {
    /// The path from the crate's root, for a file of this module; `None` if it leads out of the crate.
    pub(super) fn absolute(&self, module: &[String]) -> Option<Vec<String>> {
        let (root, rest) = self.segments.split_first()?;
        match root.as_str() {
            "crate" => Some(rest.to_vec()),
            _ => Some([module.split_last()?.1, rest].concat()),
        }
    }
}

/// Names in a text that could be types.
pub(super) fn types_in(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !is_word(c));
    words.filter(|word| word.starts_with(char::is_uppercase)).map(str::to_owned).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn first_word(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// Unfolds the part of a path behind its first name: `::a::{b, c::*}`. `path` holds the names so far.
fn unfold(text: &mut &str, path: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    let length = path.len();
    loop {
        *text = text.trim_start();
        *text = text.strip_prefix("::").unwrap_or(text).trim_start();
        if let Some(rest) = text.strip_prefix('{') {
            *text = rest;
            loop {
                *text = text.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
                if let Some(rest) = text.strip_prefix('}') {
                    *text = rest;
                    break;
                }
                if text.is_empty() {
                    break;
                }
                unfold(text, path, paths);
            }
            break;
        }
        let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        *text = rest;
        match name {
            // `*`, or a form that is not a path
            "" => {
                *text = text.strip_prefix('*').unwrap_or(text.get(1..).unwrap_or(""));
                paths.push(path.clone());
                break;
            }
            "self" => {
                paths.push(path.clone());
                break;
            }
            name => path.push(name.to_owned()),
        }
        if !text.trim_start().starts_with("::") {
            paths.push(path.clone());
            break;
        }
    }
    // `as name`
    let rest = text.trim_start();
    if let Some(alias) = rest.strip_prefix("as ") {
        let alias = alias.trim_start();
        *text = &alias[alias.find(|c: char| !is_word(c)).unwrap_or(alias.len())..];
    }
    path.truncate(length);
}

/// The start of a function's body; `None` without a body. A `;` inside of brackets belongs to an array's type.
fn body(signature: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in signature.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The length of a block that begins with its bracket.
fn closing(block: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in block.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    block.len()
}

/// Blanks items behind `#[cfg(test)]`. Returns the number of lines that are left.
fn without_tests(mut code: String) -> (String, usize) {
    let mut in_tests = 0;
    while let Some(start) = code.find("#[cfg(test)]") {
        let rest = &code[start..];
        let end = body(rest.trim_start_matches("#[cfg(test)]")).map_or_else(
            || rest.find(';').map_or(rest.len(), |at| at + 1),
            |_| rest.find('{').map_or(rest.len(), |open| open + closing(&rest[open..])),
        );
        // `use …{…};` ends behind its brackets.
        let end = if rest[end..].starts_with(';') { end + 1 } else { end };
        in_tests += rest[..end].matches('\n').count() + 1;
        let blank: String = rest[..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(start..start + end, &blank);
    }
    let lines = code.lines().count();
    (code, lines - in_tests)
}

/// The text with comments, strings and chars blanked.
fn blanked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal(&chars, at);
        if end > at {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// The end of the comment or literal that begins at `at`; `at` itself if none begins there.
fn literal(chars: &[char], at: usize) -> usize {
    let get = |at: usize| chars.get(at).copied().unwrap_or('\0');
    let behind_word = at > 0 && is_word(get(at - 1));
    match (get(at), get(at + 1)) {
        ('/', '/') => line_end(chars, at),
        ('/', '*') => block_comment(chars, at),
        ('"', _) => string(chars, at + 1),
        ('\'', '\\') => (at + 3..chars.len()).find(|&end| chars[end] == '\'').map_or(chars.len(), |end| end + 1),
        ('\'', _) if get(at + 2) == '\'' => at + 3,
        ('r', '"' | '#') if !behind_word => raw(chars, at + 1).unwrap_or(at),
        ('b', 'r') if !behind_word => raw(chars, at + 2).unwrap_or(at),
        _ => at,
    }
}

fn line_end(chars: &[char], at: usize) -> usize {
    (at..chars.len()).find(|&end| chars[end] == '\n').unwrap_or(chars.len())
}

fn block_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) if depth == 1 => return at + 2,
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    at
}

fn string(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// The end of a raw string whose hashes begin here; `None` if it is not a raw string, such as `r#type`.
fn raw(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    (chars.get(at + hashes) == Some(&'"')).then(|| {
        let ends = |end: usize| chars[end] == '"' && (1..=hashes).all(|k| chars.get(end + k) == Some(&'#'));
        (at + hashes + 1..chars.len()).find(|&end| ends(end)).map_or(chars.len(), |end| end + 1 + hashes)
    })
}
