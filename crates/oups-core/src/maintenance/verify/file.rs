//! Verifies one row group file against its entry in the manifest: every byte, then the decoded content.

use std::path::Path;
use std::sync::Arc;

use super::ordered_scan::OrderedScan;
use super::{Finding, FindingKind};
use crate::format::checksum::checksum_of;
use crate::format::footer::Claims;
use crate::format::manifest::RowGroup;
use crate::fs::ReadFile;
use crate::ordered::OrdValue;
use crate::row_group::{RowGroupFile, View, footer_pairs};
use crate::snapshot::Snapshot;
use crate::{Error, Result, paths};

/// The result of verifying one file.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) findings: Vec<Finding>,
    /// The smallest and largest ordered value, from the rows.
    pub(super) span: Option<(OrdValue, OrdValue)>,
}

/// Verifies the row group with this index.
///
/// # Errors
///
/// [`Error::SnapshotGone`] and [`Error::Forked`], after which nothing is known of the file. All else is a finding.
pub(super) fn check(snapshot: &Snapshot, at: usize) -> Result<Checked> {
    let Some(entry) = snapshot.manifest().entries.get(at) else { return Ok(Checked::default()) };
    let check = Check { snapshot, entry, path: &snapshot.path_of(entry) };
    let (kinds, span) = match check.run() {
        Ok(found) => found,
        Err(error @ (Error::SnapshotGone { .. } | Error::Forked { .. })) => return Err(error),
        Err(error) => (vec![(FindingKind::Unreadable, error.to_string())], None),
    };
    let finding = |(kind, detail): (FindingKind, String)| Finding {
        dataset: Some(snapshot.dataset().to_owned()),
        row_group: Some(at),
        file: check.path.to_owned(),
        kind,
        detail,
    };
    Ok(Checked { findings: kinds.into_iter().map(finding).collect(), span })
}

type Found = (Vec<(FindingKind, String)>, Option<(OrdValue, OrdValue)>);

struct Check<'a> {
    snapshot: &'a Snapshot,
    entry: &'a RowGroup,
    path: &'a Path,
}

impl Check<'_> {
    fn run(&self) -> Result<Found> {
        let file = match self.snapshot.read_at(self.entry) {
            Err(Error::Damaged { detail, .. }) => return Ok((vec![(FindingKind::Missing, detail)], None)),
            Err(Error::InTheWay { found, .. }) => {
                return Ok((vec![(FindingKind::Missing, format!("found {found} in its place"))], None));
            }
            other => other?,
        };
        let claims = footer_pairs(file.clone(), self.path).and_then(|pairs| Claims::read(pairs, self.path));
        if let Some(changed) = self.bytes(&*file, claims.as_ref().ok())? {
            return Ok((vec![changed], None));
        }
        match claims {
            Ok(claims) => self.content(file, &claims),
            Err(Error::Damaged { detail, .. }) => Ok((vec![(FindingKind::Undecodable, detail)], None)),
            Err(error @ Error::NewerFormat { .. }) => Ok((vec![(FindingKind::NewerFormat, error.to_string())], None)),
            Err(error) => Err(error),
        }
    }

    /// Compares length and checksum with the manifest's.
    fn bytes(&self, file: &dyn ReadFile, claims: Option<&Claims>) -> Result<Option<(FindingKind, String)>> {
        let checksum = checksum_of(file).map_err(crate::fs::failed("read", self.path))?;
        if checksum == self.entry.checksum && file.len() == self.entry.bytes {
            return Ok(None);
        }
        if let Some(other) = claims.and_then(|claims| self.is_other(claims)) {
            return Ok(Some((FindingKind::Swapped, other)));
        }
        let (expected, found) = (self.entry.bytes, file.len());
        if expected != found {
            let kind = if found < expected { FindingKind::Truncated } else { FindingKind::Changed };
            return Ok(Some((kind, format!("expected {expected} bytes, found {found}"))));
        }
        let detail = format!("expected checksum {:032x}, found {checksum:032x}", self.entry.checksum);
        Ok(Some((FindingKind::Changed, detail)))
    }

    /// Which file it is by its own footer, if that differs from its name.
    fn is_other(&self, claims: &Claims) -> Option<String> {
        claims.is_for(self.snapshot.dataset(), paths::file_id(&self.entry.file)?).err()
    }

    /// Checks the decoded content of a file with the right checksum: columns, rows, order, span.
    fn content(&self, file: Arc<dyn ReadFile>, claims: &Claims) -> Result<Found> {
        let mut found: Vec<_> = self.is_other(claims).map(|other| (FindingKind::Swapped, other)).into_iter().collect();
        let schema = self.snapshot.dataset_schema();
        let open = match RowGroupFile::open_unchecked(file, self.path, schema, View::Stored) {
            // Its footer was read before, so this is about its columns.
            Err(Error::Damaged { detail, .. }) => {
                found.push((FindingKind::Schema, detail));
                return Ok((found, None));
            }
            other => other?,
        };
        if open.rows() != self.entry.rows {
            found.push((FindingKind::Rows, format!("expected {} rows, found {}", self.entry.rows, open.rows())));
        }
        let scanned = match OrderedScan::of(&open, schema) {
            Err(Error::Damaged { detail, .. }) => {
                found.push((FindingKind::Undecodable, detail));
                return Ok((found, None));
            }
            other => other?,
        };
        found.extend(scanned.wrong.map(|detail| (FindingKind::Order, detail)));
        found.extend(self.span(scanned.span.as_ref()).map(|detail| (FindingKind::Span, detail)));
        Ok((found, scanned.span))
    }

    fn span(&self, span: Option<&(OrdValue, OrdValue)>) -> Option<String> {
        let (min, max) = span?;
        let text = |min, max| {
            let ordered = self.snapshot.dataset_schema().ordered_type();
            format!("{} to {}", ordered.format(min), ordered.format(max))
        };
        let is_right = *min == self.entry.min && *max == self.entry.max;
        (!is_right).then(|| format!("expected {}, found {}", text(&self.entry.min, &self.entry.max), text(min, max)))
    }
}
