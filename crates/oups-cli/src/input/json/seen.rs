//! Infers the types of the columns of a JSON file.

use super::objects::Objects as File;
use super::tokens::{Token, items, members};
use crate::input::content::Content;
use crate::input::shape::{Objects, Shape};
use crate::input::spot::Spot;
use crate::input::text_files::Wanted;
use crate::input::wrong::{Wrong, shown};
use crate::terminal::progress::Progress;
use crate::text::{Role, Times};

/// The deepest nesting of values.
const DEEPEST: usize = 60;

/// Looks at the values of the columns whose types are not known. Returns what was seen, and the number of rows.
pub(in crate::input) fn seen(content: &Content, file: usize, wanted: &Wanted<'_>) -> Result<(Objects, u64), Wrong> {
    let mut objects = Objects::default();
    let mut unknown: Vec<bool> = Vec::new();
    let mut text = File::open(content, &Progress::hidden())?;
    let mut rows = 0;
    while let Some((line, members, _)) = text.next()? {
        rows += 1;
        for (at, (name, raw)) in members.0.iter().enumerate() {
            let name = name.0.as_ref();
            if name.trim().is_empty() {
                return Err(Wrong::at(line, "a member of the object has no name"));
            }
            let place = objects.place(at, name, || wanted.shape(name));
            if place == unknown.len() {
                unknown.push(!wanted.knows(name));
            }
            let (Some(true), Some(shape)) = (unknown.get(place), objects.shapes.get_mut(place)) else { continue };
            let look = Look { spot: Spot { file, line }.packed(), times: wanted.times(), nulls: wanted.nulls };
            Token::of(raw, wanted.nulls)
                .ok_or_else(|| half(raw.get()))
                .and_then(|token| look.at(shape, &token, 0))
                .map_err(|what| Wrong::at(line, what).in_column(name))?;
        }
    }
    Ok((objects, rows))
}

fn half(raw: &str) -> String {
    format!("`{}` holds half of a character", shown(raw))
}

/// A look at one value.
struct Look<'a> {
    spot: u64,
    times: &'a Times,
    nulls: &'a [String],
}

impl Look<'_> {
    fn at(&self, shape: &mut Shape, token: &Token<'_>, depth: usize) -> Result<(), String> {
        let json = |_| format!("`{}` is not JSON", token.shown());
        if depth > DEEPEST {
            return Err(format!("values within more than {DEEPEST} others"));
        }
        match token {
            Token::Null => {}
            Token::Object(raw) => {
                let members = members(raw).map_err(json)?;
                let objects = shape.object(self.spot);
                for (at, (name, raw)) in members.0.iter().enumerate() {
                    let token = Token::of(raw, self.nulls).ok_or_else(|| half(raw.get()))?;
                    let place = objects.place(at, &name.0, || Shape::new(self.times, Role::Other));
                    if let Some(part) = objects.shapes.get_mut(place) {
                        self.at(part, &token, depth + 1)?;
                    }
                }
            }
            Token::List(raw) => {
                let item = shape.list(self.spot, self.times);
                for raw in items(raw).map_err(json)? {
                    let token = Token::of(raw, self.nulls).ok_or_else(|| half(raw.get()))?;
                    self.at(item, &token, depth + 1)?;
                }
            }
            leaf => {
                if let Some(value) = leaf.leaf() {
                    shape.add(value, self.spot);
                }
            }
        }
        Ok(())
    }
}
