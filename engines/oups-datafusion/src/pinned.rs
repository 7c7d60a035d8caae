//! The row group files of the snapshots that a plan holds, as the object store that the engine reads Parquet from.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use datafusion::object_store::path::Path;
use datafusion::object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use futures::stream::{self, BoxStream, StreamExt};
use oups::{ReadFile, RowGroup, Snapshot};

use crate::statement::Statement;

/// What errors call this store.
const NAME: &str = "oups";

/// Row group files by their location, each with the snapshot that keeps it readable. The plan holds this, and its streams do:
/// so files stay just as long as a query needs them.
#[derive(Debug)]
pub(crate) struct PinnedFiles {
    files: HashMap<Path, PinnedFile>,
    /// What other scans of the statement read too: it lasts as long as one of its plans does.
    _statement: Option<Arc<Statement>>,
}

/// A row group of a snapshot.
#[derive(Clone, Debug)]
pub(crate) struct PinnedFile {
    snapshot: Snapshot,
    /// Its position among the snapshot's row groups.
    at: usize,
}

impl PinnedFiles {
    /// No files yet.
    pub(crate) fn new(statement: Option<Arc<Statement>>) -> Self {
        Self { files: HashMap::new(), _statement: statement }
    }

    /// Adds a row group, by its position in the snapshot.
    pub(crate) fn insert(&mut self, location: Path, snapshot: &Snapshot, at: usize) {
        self.files.insert(location, PinnedFile { snapshot: snapshot.clone(), at });
    }

    /// The file at a location.
    ///
    /// # Errors
    ///
    /// If it is not of a snapshot of the plan.
    pub(crate) fn get(&self, location: &Path) -> Result<&PinnedFile> {
        self.files.get(location).ok_or_else(|| Error::NotFound {
            path: location.to_string(),
            source: "the file is not of a snapshot of this plan".into(),
        })
    }

    /// Reads ranges of a file, all in one go, on a thread that may wait for the disk.
    async fn read(&self, location: &Path, ranges: Vec<Range<u64>>) -> Result<Vec<Bytes>> {
        let file = self.get(location)?.clone();
        let bytes = tokio::task::spawn_blocking(move || file.read(&ranges)).await?;
        bytes.map_err(|error| generic(error.into()))
    }
}

impl PinnedFile {
    /// What the manifest says of it.
    pub(crate) fn row_group(&self) -> Option<&RowGroup> {
        self.snapshot.row_groups().get(self.at)
    }

    /// That the file is not what the manifest says.
    pub(crate) fn damaged(&self, detail: String) -> oups::Error {
        let path = self.row_group().map(|group| self.snapshot.path_of(group)).unwrap_or_default();
        oups::Error::Damaged { path, detail }
    }

    fn read(&self, ranges: &[Range<u64>]) -> oups::Result<Vec<Bytes>> {
        let Some(group) = self.row_group() else { return Ok(Vec::new()) };
        let file: Arc<dyn ReadFile> = self.snapshot.read_at(group)?;
        if file.len() != group.bytes() {
            return Err(self.damaged(format!("expected {} bytes, found {}", group.bytes(), file.len())));
        }
        file.read_ranges(ranges).map_err(|source| match source.kind() {
            std::io::ErrorKind::UnexpectedEof => self.damaged(source.to_string()),
            _ => oups::Error::Io { action: "read", path: self.snapshot.path_of(group), source },
        })
    }
}

fn generic(source: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Generic { store: NAME, source }
}

fn not_implemented(operation: &str) -> Error {
    Error::NotImplemented { operation: operation.to_owned(), implementer: NAME.to_owned() }
}

impl fmt::Display for PinnedFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} row groups of oups", self.files.len())
    }
}

#[async_trait]
impl ObjectStore for PinnedFiles {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let size = self.get(location)?.row_group().map_or(0, RowGroup::bytes);
        let meta = object_meta(location.clone(), size);
        options.check_preconditions(&meta)?;
        let range = match options.range {
            Some(range) => range.as_range(size).map_err(|error| generic(error.into()))?,
            None => 0..size,
        };
        let bytes = if options.head { Vec::new() } else { self.read(location, vec![range.clone()]).await? };
        let payload = GetResultPayload::Stream(stream::iter(bytes.into_iter().map(Ok)).boxed());
        Ok(GetResult { payload, meta, range, attributes: Attributes::default() })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.read(location, ranges.to_vec()).await
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(not_implemented("put"))
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(not_implemented("put"))
    }

    fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        stream::once(async { Err(not_implemented("delete")) }).boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        stream::once(async { Err(not_implemented("list")) }).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        Err(not_implemented("list"))
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(not_implemented("copy"))
    }
}

/// A row group file as the engine knows it. No name is used twice, so that its time does not matter: what is cached of it is
/// right for ever.
pub(crate) fn object_meta(location: Path, size: u64) -> ObjectMeta {
    ObjectMeta { location, last_modified: chrono::DateTime::UNIX_EPOCH, size, e_tag: None, version: None }
}
