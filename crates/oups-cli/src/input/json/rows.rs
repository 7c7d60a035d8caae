//! The rows of a JSON file as batches.

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Fields, SchemaRef};

use super::builder::Object;
use super::objects::Objects;
use crate::input::content::Content;
use crate::input::part::{BATCH_BYTES, BATCH_ROWS, Lines, Part};
use crate::input::wrong::Wrong;
use crate::progress::Progress;
use crate::text::Times;

pub(in crate::input) struct Rows {
    objects: Objects,
    schema: SchemaRef,
    rows: Object,
    ended: bool,
}

impl Rows {
    /// `required` tells of columns that have no nulls.
    pub(in crate::input) fn open(
        content: &Content,
        times: &Times,
        schema: SchemaRef,
        required: impl Fn(&str) -> bool,
        progress: &Progress,
    ) -> Result<Self, Wrong> {
        let objects = Objects::open(content, progress)?;
        let strict = |field: &arrow::datatypes::FieldRef| field.as_ref().clone().with_nullable(!required(field.name()));
        let fields: Fields = schema.fields().iter().map(strict).collect();
        let rows = match Object::new(&fields, times) {
            Some(rows) => rows,
            None => return Err(no_json(&fields, times)),
        };
        Ok(Self { objects, schema, rows, ended: false })
    }

    fn next_part(&mut self) -> Result<Option<Part>, Wrong> {
        let mut lines = Lines::default();
        let mut bytes = 0;
        while lines.rows() < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some((line, members, length)) = self.objects.next()? else {
                self.ended = true;
                break;
            };
            lines.add(line);
            bytes += length;
            self.rows.append(&members).map_err(|misfit| {
                let column = misfit.path.trim_start_matches('.');
                Wrong::at(line, misfit.what).in_column(column).advice_opt(misfit.advice)
            })?;
        }
        if lines.rows() == 0 {
            return Ok(None);
        }
        let unfit = |error| Wrong::new(format!("cannot be made into columns: {error}"));
        let (_, columns, _) = self.rows.finish().map_err(unfit)?.into_parts();
        let batch = RecordBatch::try_new(self.schema.clone(), columns).map_err(unfit)?;
        Ok(Some(Part { batch, lines }))
    }
}

fn no_json(fields: &Fields, times: &Times) -> Wrong {
    let cannot = |data_type: &DataType| super::builder::Builder::new(data_type, times).is_none();
    let field = fields.iter().find(|field| cannot(field.data_type()));
    let (name, data_type) =
        field.map(|field| (field.name().as_str(), field.data_type().to_string())).unwrap_or_default();
    Wrong::new(format!("is {data_type}, which JSON cannot hold")).in_column(name).advice("use Parquet or Arrow")
}

impl Iterator for Rows {
    type Item = Result<Part, Wrong>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let part = self.next_part();
        self.ended |= part.is_err();
        part.transpose()
    }
}
