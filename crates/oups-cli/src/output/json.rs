//! Writes rows as JSON lines: one object per row, with every column.

use std::io::Write;

use anyhow::Result;

use super::{Rows, json_value, unwritable};

/// Writes the rows batch by batch, and returns their number.
pub(crate) fn write(rows: Rows<'_>, out: &mut dyn Write) -> Result<u64> {
    let mut names = Vec::new();
    for field in rows.schema.fields() {
        let mut name = if names.is_empty() { "{".to_owned() } else { ",".to_owned() };
        json_value::string(field.name(), &mut name);
        names.push(name + ":");
    }
    let mut line = String::new();
    let mut count = 0;
    for batch in rows.batches {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            line.clear();
            for ((name, field), column) in names.iter().zip(rows.schema.fields()).zip(batch.columns()) {
                line.push_str(name);
                let written = json_value::write(column.as_ref(), row, &mut line);
                written.map_err(|wrong| unwritable(field, count, "JSON", wrong))?;
            }
            line.push_str(if names.is_empty() { "{}\n" } else { "}\n" });
            out.write_all(line.as_bytes())?;
            count += 1;
        }
    }
    out.flush()?;
    Ok(count)
}
