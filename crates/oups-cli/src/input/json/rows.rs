//! Reads the rows of a JSON file as batches.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Fields, SchemaRef};

use super::builder::Object;
use super::objects::Objects;
use crate::input::content::Content;
use crate::input::part::{BATCH_BYTES, BATCH_ROWS, Lines, Part, Parts, parts};
use crate::input::source::Known;
use crate::input::wrong::Wrong;
use crate::terminal::progress::Progress;
use crate::text::Times;

pub(in crate::input) struct Rows {
    objects: Objects,
    known: Arc<Known>,
    schema: SchemaRef,
    rows: Object,
}

impl Rows {
    pub(in crate::input) fn open(
        content: &Content,
        known: Arc<Known>,
        schema: SchemaRef,
        progress: &Progress,
    ) -> Result<Self, Wrong> {
        let objects = Objects::open(content, progress)?;
        let strict =
            |field: &arrow::datatypes::FieldRef| field.as_ref().clone().with_nullable(!known.is_required(field.name()));
        let fields: Fields = schema.fields().iter().map(strict).collect();
        let rows = match Object::new(&fields, &known.times) {
            Some(rows) => rows,
            None => return Err(no_json(&fields, &known.times)),
        };
        Ok(Self { objects, known, schema, rows })
    }

    /// The rows in parts of a bounded size.
    pub(in crate::input) fn parts(mut self) -> Parts {
        parts(move |ended| self.next_part(ended))
    }

    fn next_part(&mut self, ended: &mut bool) -> Result<Option<Part>, Wrong> {
        let mut lines = Lines::default();
        let mut bytes = 0;
        while lines.rows() < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some((line, members, length)) = self.objects.next()? else {
                *ended = true;
                break;
            };
            lines.add(line);
            bytes += length;
            self.rows.append(&members, &self.known.nulls).map_err(|misfit| {
                let column = misfit.path.trim_start_matches('.');
                let top = column.split('.').next().unwrap_or(column);
                let advice = self.known.advice(top, misfit.advice);
                Wrong::at(line, misfit.what).in_column(column).advice_opt(advice)
            })?;
        }
        if lines.rows() == 0 {
            return Ok(None);
        }
        let unfit = |_| Wrong::new("cannot be made into columns of these types");
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
