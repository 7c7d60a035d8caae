//! Examines every row group file in a dataset's folder.

use std::path::Path;
use std::sync::Arc;

use crate::format::checksum::checksum_of;
use crate::format::footer::Claims;
use crate::format::manifest::RowGroup;
use crate::fs::{ReadFile, StoreFs, failed};
use crate::maintenance::verify::OrderedScan;
use crate::ordered::OrderedType;
use crate::parallel::try_map;
use crate::paths::{DatasetPaths, FileId, FolderName, span_texts};
use crate::row_group::{RowGroupFacts, RowGroupFile, View, footer_pairs};
use crate::schema::DatasetSchema;
use crate::write::progress::{Phase, Steps, Watch};
use crate::{Error, Result};

/// A row group file in the folder, by its name.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Its name now; empty if the file is missing.
    pub(super) name: String,
    /// Its live name.
    pub(super) live: String,
    pub(super) id: FileId,
    /// The commit that replaced it, if its name says so.
    pub(super) retired_by: Option<u64>,
    /// Its content, or why that cannot be used.
    pub(super) content: Result<Content, String>,
    /// An intact row group that is not the one of this name.
    pub(super) misnamed: Option<Box<Content>>,
}

/// The content of an intact file: its rows are as they were written, as far as the file itself shows.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) claims: Claims,
    pub(super) ordered: OrderedType,
    /// The entry for the manifest, without a name.
    pub(super) entry: RowGroup,
}

impl Found {
    /// A file that the manifest names and that is missing.
    pub(super) fn missing(name: &str, id: FileId) -> Self {
        let content = Err("the file is missing".to_owned());
        Self { name: String::new(), live: name.to_owned(), id, retired_by: None, content, misnamed: None }
    }

    /// Whether the file exists.
    pub(super) fn is_there(&self) -> bool {
        !self.name.is_empty()
    }

    pub(super) fn good(&self) -> Option<&Content> {
        self.content.as_ref().ok()
    }

    /// The smallest and largest value, as the texts in the name.
    pub(super) fn span(&self) -> (&str, &str) {
        span_texts(&self.live).unwrap_or_default()
    }
}

/// All row group files, in order of names, and the names of files that were being written.
pub(super) fn examine(fs: &StoreFs, paths: &DatasetPaths, watch: &Watch) -> Result<(Vec<Found>, Vec<String>)> {
    // Links and folders are not left out: one that has a row group file's name is in the way of the file.
    let mut names: Vec<String> = fs.list(&paths.folder())?.into_iter().map(|entry| entry.name).collect();
    names.sort();
    let unfinished =
        names.iter().filter(|name| matches!(FolderName::parse(name), Some(FolderName::Tmp(_)))).cloned().collect();
    let steps = Steps::new(watch, Phase::Verifying, None);
    let found = try_map(names, |name| {
        let found = one(fs, paths, name)?;
        steps.add(found.as_ref().and_then(Found::good).map_or(0, |content| content.entry.bytes))?;
        Ok::<_, Error>(found)
    })?;
    Ok((found.into_iter().flatten().collect(), unfinished))
}

/// Examines one entry of the folder; `None` if its name is not that of a row group file. Damage is part of the result;
/// only a failing file system is an error.
fn one(fs: &StoreFs, paths: &DatasetPaths, name: String) -> Result<Option<Found>> {
    let (id, retired_by, live) = match FolderName::parse(&name) {
        Some(FolderName::RowGroup(id)) => (id, None, name.clone()),
        Some(FolderName::Retired { id, by, name: live }) => (id, Some(by), live),
        Some(FolderName::Tmp(_)) | None => return Ok(None),
    };
    let path = paths.file(&name);
    let mut misnamed = None;
    let content = match fs.open(&path).and_then(|file| content(file, &path, paths.text())) {
        Ok(content) => match is_for(&content, paths.text(), id, &live) {
            Ok(()) => Ok(content),
            Err(other) => {
                misnamed = Some(Box::new(content));
                Err(other)
            }
        },
        Err(Error::Damaged { detail, .. }) => Err(detail),
        Err(Error::InTheWay { found, .. }) => Err(format!("it is {found}")),
        // The schema in the footer is not one that a dataset may have.
        Err(error @ (Error::UnsupportedType { .. } | Error::Schema { .. } | Error::UnknownColumn { .. })) => {
            Err(error.to_string())
        }
        Err(error) => return Err(error),
    };
    Ok(Some(Found { name, live, id, retired_by, content, misnamed }))
}

/// Whether the content is that of the file with this name. The error says what it is instead.
fn is_for(content: &Content, dataset: &str, id: FileId, live: &str) -> Result<(), String> {
    content.claims.is_for(dataset, id)?;
    let text = |value: &_| content.ordered.name_text(value);
    if id.name(&text(&content.entry.min), &text(&content.entry.max)) == live {
        return Ok(());
    }
    let text = |value: &_| content.ordered.format(value);
    Err(format!("its rows span {} to {}, not what its name says", text(&content.entry.min), text(&content.entry.max)))
}

/// Reads and checks a whole file: its seal, its rows in all columns, their order, and the footer's statistics.
fn content(file: Arc<dyn ReadFile>, path: &Path, dataset: &str) -> Result<Content> {
    let damaged = |detail: String| Error::Damaged { path: path.to_owned(), detail };
    let claims = footer_pairs(file.clone(), path).and_then(|pairs| Claims::read(pairs, path))?;
    claims.check_seal(&*file, path)?;
    let (bytes, checksum) = (file.len(), checksum_of(&*file).map_err(failed("read", path))?);
    let schema = Arc::new(DatasetSchema::new(dataset, claims.schema.clone(), &claims.ordered_on)?);
    let open = RowGroupFile::open_unchecked(file.clone(), path, &schema, View::Stored)?;
    let scan = OrderedScan::of_all_columns(&open, &schema)?;
    let (None, Some((min, max))) = (&scan.wrong, scan.span) else {
        return Err(damaged(scan.wrong.unwrap_or_else(|| "no rows".to_owned())));
    };
    // The seal does not cover the footer's statistics and the page index, so these are checked against the rows.
    let facts = RowGroupFacts { rows: open.rows(), bytes, min: min.clone(), max: max.clone() };
    RowGroupFile::open(file, path, &schema, View::Stored, &facts)?;
    let ordered = schema.ordered_type().clone();
    let entry = RowGroup { file: "".into(), rows: open.rows(), bytes, min, max, checksum, synced: true };
    Ok(Content { claims, ordered, entry })
}
