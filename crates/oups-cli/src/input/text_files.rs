//! The columns of CSV and JSON files. Their types are known from the command line or the dataset, or are inferred from
//! all values of all files.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::content::Content;
use super::csv::{self, Dialect};
use super::json;
use super::names::Names;
use super::shape::{Found, Objects, Shape, Untyped, grown};
use super::spot::Spot;
use super::wrong::{Wrong, shown};
use crate::terminal::message::message;
use crate::text::{Doubt, Role, Times};

/// The most messages about inferred types.
const TOLD: usize = 8;

/// A CSV or JSON file.
#[derive(Clone, Debug)]
pub(super) struct TextFile {
    pub(super) content: Content,
    pub(super) form: Form,
}

#[derive(Clone, Debug)]
pub(super) enum Form {
    Csv(Dialect),
    Json,
}

/// What is known of the columns before any value has been read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// The columns whose types are known.
    pub(super) told: &'a Schema,
    /// The ordered column. It must not become a text unless the user asks for that.
    pub(super) ordered_on: Option<&'a str>,
    pub(super) times: &'a Times,
    /// Texts of JSON that stand for null.
    pub(super) nulls: &'a [String],
    /// Whether objects may have fields that are not known.
    pub(super) grows: bool,
}

impl<'a> Wanted<'a> {
    fn told(&self, name: &str) -> Option<&'a Field> {
        self.told.field_with_name(name).ok()
    }

    /// Whether the type of a column is known, so that its values need not be looked at.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.told(name).is_some_and(|field| !(self.grows && has_objects(field.data_type())))
    }

    pub(super) fn shape(&self, name: &str) -> Shape {
        let role = if self.ordered_on == Some(name) { Role::Ordered } else { Role::Other };
        Shape::new(self.times, role)
    }

    pub(super) fn times(&self) -> &'a Times {
        self.times
    }
}

fn has_objects(data_type: &DataType) -> bool {
    use DataType::{FixedSizeList, LargeList, List, Struct};
    match data_type {
        Struct(_) => true,
        List(item) | LargeList(item) | FixedSizeList(item, _) => has_objects(item.data_type()),
        _ => false,
    }
}

/// The columns of each file, in the file's order.
///
/// Columns of one name have one type in all files. An object of JSON may leave out fields that are null, so that each
/// JSON file has the columns of all JSON files. A column without any value has no type: it is left out, and a message
/// says so.
pub(super) fn schemas(files: &[TextFile], wanted: &Wanted<'_>) -> Result<Vec<SchemaRef>, Wrong> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = Objects::default();
    let mut names: Vec<Names> = Vec::new();
    let mut of_json = Names::default();
    let mut rows = 0;
    for (at, file) in files.iter().enumerate() {
        let (objects, found) = look(file, at, wanted).map_err(|wrong| wrong.in_file(file.content.name()))?;
        if matches!(file.form, Form::Json) {
            of_json.extend(objects.names.iter());
        }
        names.push(objects.names.clone());
        rows += found;
        all.join(objects);
    }
    if of_json.len() == 0 {
        // No JSON file has an object: then they have the columns that are known.
        of_json.extend(wanted.told.fields().iter().map(|field| field.name()));
    }
    let is_told = |name: &String| wanted.told(name).is_some();
    if rows == 0 && (!all.names.iter().all(is_told) || wanted.told.fields().is_empty()) {
        let file = files.first().map_or("", |file| file.content.name());
        return Err(no_rows().in_file(file));
    }
    let mut fields: Vec<Arc<Field>> = wanted.told.fields().iter().cloned().collect();
    Columns { files, wanted }.find(all, &mut fields)?;
    let schema = |names: &Names| {
        let fields = names.iter().filter_map(|name| fields.iter().find(|field| field.name() == name));
        Arc::new(Schema::new(fields.map(|field| nullable(field)).collect::<Vec<_>>()))
    };
    let schemas = files.iter().zip(&names).map(|(file, names)| match file.form {
        Form::Csv(_) => schema(names),
        Form::Json => schema(&of_json),
    });
    Ok(schemas.collect())
}

fn nullable(field: &Field) -> Field {
    Field::new(field.name(), field.data_type().clone(), true)
}

fn no_rows() -> Wrong {
    Wrong::new("has no rows, so nothing to take the types of columns from").advice("--types says what the columns are")
}

/// What was seen of one file, and its number of rows. If all types are known, the values of CSV are not read, and its
/// rows are not counted.
fn look(file: &TextFile, at: usize, wanted: &Wanted<'_>) -> Result<(Objects, u64), Wrong> {
    match &file.form {
        Form::Json => json::seen(&file.content, at, wanted),
        Form::Csv(dialect) => {
            let names = csv::names(&file.content, dialect)?;
            if !names.iter().all(|name| wanted.knows(name)) {
                return csv::seen(&file.content, dialect, at, wanted);
            }
            let mut objects = Objects::default();
            names.iter().enumerate().for_each(|(at, name)| {
                objects.place(at, name, || wanted.shape(name));
            });
            Ok((objects, 0))
        }
    }
}

/// Turns what was seen into types, and into messages for the user.
struct Columns<'a> {
    files: &'a [TextFile],
    wanted: &'a Wanted<'a>,
}

impl Columns<'_> {
    /// Adds the columns that are not known, and lets known ones grow.
    fn find(&self, all: Objects, fields: &mut Vec<Arc<Field>>) -> Result<(), Wrong> {
        let mut says = Vec::new();
        for (name, shape) in all.names.into_iter().zip(all.shapes) {
            if self.wanted.knows(&name) {
                continue;
            }
            let found = shape.finish(&name).map_err(|untyped| self.untyped(untyped))?;
            says.extend(found.empty.iter().map(|path| self.says_empty(path)));
            says.extend(found.doubts.iter().map(|(path, doubt)| self.says_doubt(path, doubt)));
            let told = fields.iter_mut().find(|field| *field.name() == name);
            match (told, &found.data_type) {
                (Some(told), Some(data_type)) => {
                    let grown = grown(told.data_type(), data_type);
                    *told = Arc::new(told.as_ref().clone().with_data_type(grown));
                }
                (Some(_), None) => {}
                (None, None) if self.wanted.ordered_on == Some(&name) => {
                    return Err(Wrong::new("has no value in any row").in_column(&name));
                }
                (None, None) => says.push(self.says_empty(&name)),
                (None, Some(DataType::Utf8)) if self.wanted.ordered_on == Some(&name) => {
                    return Err(self.text_in_order(&name, &found));
                }
                (None, Some(data_type)) => fields.push(Arc::new(Field::new(name, data_type.clone(), true))),
            }
        }
        tell(&says);
        Ok(())
    }

    fn file(&self, spot: u64) -> (&str, u64) {
        let spot = Spot::unpacked(spot);
        (self.files.get(spot.file).map_or("", |file| file.content.name()), spot.line)
    }

    fn untyped(&self, untyped: Untyped) -> Wrong {
        let (file, line) = self.file(untyped.spot);
        untyped.wrong.on_line(line).in_file(file).in_column(&untyped.path)
    }

    fn says_empty(&self, path: &str) -> String {
        let file = self.files.first().map_or("", |file| file.content.name());
        let others = if self.files.len() > 1 { " and the others" } else { "" };
        let name = shown(path);
        let way_out = if path.contains('.') { String::new() } else { format!(" (--types {name}:TYPE keeps it)") };
        Wrong::new(format!("has no value in any row, so no type: it is left out{way_out}"))
            .in_column(path)
            .in_file(&format!("{file}{others}"))
            .to_string()
    }

    fn says_doubt(&self, path: &str, doubt: &Doubt) -> String {
        let (file, line) = self.file(doubt.line);
        let instead = doubt.instead.replace("COLUMN", &shown(path));
        let what = format!("`{}` {}: the column is taken as text ({instead})", shown(&doubt.value), doubt.why);
        Wrong::at(line, what).in_column(path).in_file(file).to_string()
    }

    /// The error of an ordered column that would become a text. Texts are ordered letter by letter, `10` before `9`, so
    /// that the user has to ask for it.
    fn text_in_order(&self, name: &str, found: &Found) -> Wrong {
        let doubt = found.doubts.first().map(|(_, doubt)| {
            let instead = format!("{}; ", doubt.instead.replace("COLUMN", &shown(name)));
            (doubt.line, shown(&doubt.value), doubt.why.as_str(), instead)
        });
        let first = found.first.as_ref().map(|first| {
            (
                first.spot,
                first.value.clone(),
                "is neither a number nor a time",
                format!("{}; ", crate::explain::hint::TIME_FORMAT),
            )
        });
        // The column has only empty texts.
        let Some((spot, value, why, instead)) = doubt.or(first) else {
            return Wrong::new("has no value in any row").in_column(name);
        };
        let (file, line) = self.file(spot);
        let advice = format!("{instead}--types {name}:str orders the rows by these texts, letter by letter");
        Wrong::at(line, format!("`{value}` {why}")).in_column(name).in_file(file).advice(advice)
    }
}

/// Prints messages about inferred types, at most [`TOLD`].
fn tell(says: &[String]) {
    says.iter().take(TOLD).for_each(message);
    if says.len() > TOLD {
        message(format_args!("and {} more such columns", says.len() - TOLD));
    }
}
