//! The output of a write: kept row groups, and new files of merged rows.

use std::sync::Arc;

use arrow::array::RecordBatch;

use crate::format::footer;
use crate::format::manifest::RowGroup;
use crate::fs::WriteFile;
use crate::ordered::OrdKeys;
use crate::paths::FileId;
use crate::plan::Cutter;
use crate::row_group::writer::{Encoded, RowGroupWriter};
use crate::schema::DatasetSchema;
use crate::settings::Settings;
use crate::sizing::Sizing;
use crate::storage::commit_options::Durability;
use crate::storage::turn::Turn;
use crate::{Error, Result};

/// Collects the row groups of the next version, in order.
pub(super) struct Output<'a> {
    turn: &'a mut Turn,
    schema: &'a Arc<DatasetSchema>,
    settings: &'a Settings,
    /// In order; `None` stands for the file that is still open.
    entries: Vec<Option<RowGroup>>,
    open: Option<Open>,
    /// Whether the open file takes no more rows.
    sealed: bool,
    /// Names of files that were replaced or dropped since the last file began. The next file's footer lists them.
    replaces: Vec<String>,
    rows_written: u64,
}

/// The file that takes rows. It stays open until another begins, because the footer of a commit's last file says that
/// it is the last.
struct Open {
    id: FileId,
    writer: RowGroupWriter<Box<dyn WriteFile>>,
    replaces: Vec<String>,
    /// Its index among the entries.
    place: usize,
}

impl<'a> Output<'a> {
    pub(super) fn new(turn: &'a mut Turn, schema: &'a Arc<DatasetSchema>, settings: &'a Settings) -> Self {
        Self {
            turn,
            schema,
            settings,
            entries: Vec::new(),
            open: None,
            sealed: false,
            replaces: Vec::new(),
            rows_written: 0,
        }
    }

    /// Adds row groups that stay as they are.
    pub(super) fn keep(&mut self, entries: &[RowGroup]) {
        self.entries.extend(entries.iter().cloned().map(Some));
    }

    /// Notes row groups that are removed without a successor. The footer of the commit's next file, or of its last,
    /// lists them.
    pub(super) fn drop_files(&mut self, names: Vec<String>) {
        self.replaces.extend(names);
    }

    /// Begins a region that replaces these files. Its rows do not share a file with those of another region.
    pub(super) fn begin_region(&mut self, replaces: Vec<String>, sizing: Sizing) -> RegionWriter<'_, 'a> {
        self.sealed = true;
        self.replaces.extend(replaces);
        RegionWriter { output: self, cutter: Cutter::new(sizing) }
    }

    fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        if self.open.is_none() || self.sealed {
            self.open_next()?;
        }
        match &mut self.open {
            Some(open) => open.writer.write(rows),
            None => Ok(()),
        }
    }

    fn open_next(&mut self) -> Result<()> {
        self.finish_open(None)?;
        self.sealed = false;
        let (id, file) = self.turn.create()?;
        let path = self.turn.path_of_new(id);
        let writer = RowGroupWriter::new(file, path, self.schema)?;
        let place = self.entries.len();
        self.entries.push(None);
        self.open = Some(Open { id, writer, replaces: std::mem::take(&mut self.replaces), place });
        Ok(())
    }

    /// Ends the open file. `parts` is given for the last file of the commit: the number of its files.
    fn finish_open(&mut self, parts: Option<usize>) -> Result<()> {
        let Some(Open { id, writer, replaces, place }) = self.open.take() else { return Ok(()) };
        let footer = footer::key_values(self.schema, self.settings, id, &replaces, parts);
        let (Encoded { rows, min, max, bytes, checksum }, file) = writer.finish(footer)?;
        let ordered = self.schema.ordered_type();
        let name = id.name(&ordered.name_text(&min), &ordered.name_text(&max));
        self.turn.complete(id, file, name.clone())?;
        self.rows_written += rows;
        tracing::debug!(file = name, rows, bytes, "wrote a row group");
        let synced = self.turn.durability() == Durability::Synced;
        if let Some(slot) = self.entries.get_mut(place) {
            *slot = Some(RowGroup { file: name.into(), rows, bytes, min, max, checksum, synced });
        }
        Ok(())
    }

    /// The row groups of the next version, and how many rows were written.
    pub(super) fn finish(mut self) -> Result<(Vec<RowGroup>, u64)> {
        if let Some(open) = &mut self.open {
            open.replaces.append(&mut self.replaces);
        }
        let parts = self.turn.files_made();
        self.finish_open(Some(parts))?;
        Ok((self.entries.into_iter().flatten().collect(), self.rows_written))
    }
}

/// Writes the merged rows of one region into files.
pub(super) struct RegionWriter<'o, 'a> {
    output: &'o mut Output<'a>,
    cutter: Cutter,
}

impl RegionWriter<'_, '_> {
    /// Writes merged rows, and begins a new file at each cut of the target.
    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let mut from = 0;
        for cut in self.cuts(rows)? {
            if cut > from {
                self.output.write(&rows.slice(from, cut - from))?;
            }
            self.output.sealed = true;
            from = cut;
        }
        if from < rows.num_rows() { self.output.write(&rows.slice(from, rows.num_rows() - from)) } else { Ok(()) }
    }

    /// The positions at which new files begin.
    fn cuts(&mut self, rows: &RecordBatch) -> Result<Vec<usize>> {
        match &mut self.cutter {
            Cutter::Rows(cutter) => Ok(cutter.cuts(rows.num_rows())),
            Cutter::Periods(cutter) => {
                let schema = self.output.schema;
                match schema
                    .keys(rows)
                    .map_err(|source| Error::Arrow { dataset: schema.dataset().to_owned(), source })?
                {
                    OrdKeys::I64(values) => Ok(cutter.cuts(&values)),
                    // Periods exist only for timestamps and dates, whose keys are all `I64`.
                    _ => Ok(Vec::new()),
                }
            }
        }
    }
}
