//! The row group files of the snapshots that a plan holds, as the object store that the engine reads Parquet from.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use datafusion::object_store::path::Path;
use datafusion::object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use futures::stream::{self, BoxStream, StreamExt};
use oups::Snapshot;

/// What errors call this store.
const NAME: &str = "oups";

/// Row group files by their location, each with the snapshot that keeps it readable. The plan holds this, and its streams
/// do: so files stay exactly as long as a query needs them.
#[derive(Debug, Default)]
pub(crate) struct PinnedFiles {
    files: HashMap<Path, Pinned>,
}

/// One row group of a snapshot.
#[derive(Clone, Debug)]
struct Pinned {
    snapshot: Snapshot,
    /// Its position among the snapshot's row groups.
    at: usize,
}

impl PinnedFiles {
    /// Adds a row group, by its position in the snapshot.
    pub(crate) fn insert(&mut self, location: Path, snapshot: &Snapshot, at: usize) {
        self.files.insert(location, Pinned { snapshot: snapshot.clone(), at });
    }

    fn pinned(&self, location: &Path) -> Result<Pinned> {
        self.files.get(location).cloned().ok_or_else(|| Error::NotFound {
            path: location.to_string(),
            source: "the file is not of a snapshot of this plan".into(),
        })
    }

    /// Reads ranges of a file, all in one go, on a thread that may wait for the disk.
    async fn read(&self, location: &Path, ranges: Vec<Range<u64>>) -> Result<Vec<Bytes>> {
        let pinned = self.pinned(location)?;
        let path = location.to_string();
        tokio::task::spawn_blocking(move || pinned.read(&ranges, &path)).await?
    }
}

impl Pinned {
    fn read(&self, ranges: &[Range<u64>], path: &str) -> Result<Vec<Bytes>> {
        let Some(group) = self.snapshot.row_groups().get(self.at) else {
            return Err(Error::NotFound { path: path.to_owned(), source: "the snapshot has no such row group".into() });
        };
        let file = self.snapshot.read_at(group).map_err(|error| generic(error.into()))?;
        file.read_ranges(ranges).map_err(|error| generic(error.into()))
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
        let pinned = self.pinned(location)?;
        let size = pinned.snapshot.row_groups().get(pinned.at).map_or(0, oups::RowGroup::bytes);
        let meta = ObjectMeta {
            location: location.clone(),
            last_modified: chrono::DateTime::UNIX_EPOCH,
            size,
            e_tag: None,
            version: None,
        };
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
