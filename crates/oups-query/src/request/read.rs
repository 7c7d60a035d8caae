//! The options that all kinds of reads share.

use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::error::ArrowError;
use oups_core::ordered::IntoRange;

use crate::filter::Condition;
use crate::request::Request;

/// A read being put together. Unless options say otherwise, it reads all rows and all columns.
///
/// [`Scan`](crate::scan::dataset::Scan) reads one dataset, [`Query`](crate::query::Query) several,
/// [`AsOf`](crate::asof::AsOf) joins them. Nothing is checked or read before the last method, such as `batches`, is
/// called; it returns all errors. It refuses options that it does not take with
/// [`QueryError::NotTaken`](oups_core::QueryError::NotTaken): `counts` takes no `limit`, `collect` no `batch_size`.
#[derive(Clone, Debug)]
#[must_use = "nothing is read before one of the last methods, such as `batches` or `ordered`, is called"]
pub struct Read<S> {
    /// What is read.
    pub(crate) of: S,
    pub(crate) request: Request,
}

impl<S> Read<S> {
    pub(crate) fn new(of: S) -> Self {
        Self { of, request: Request::default() }
    }

    /// Reads only rows whose ordered value is in the range. A later call replaces an earlier one.
    pub fn range(mut self, range: impl IntoRange) -> Self {
        self.request.range = range.into_range();
        self
    }

    /// Reads only these columns, in this order.
    pub fn columns<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.request.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Reads only rows for which the test answers `true`; rows for which it answers `false` or null are left out. The
    /// test gets batches of these columns, in this order, and is called from several threads at once. Of several
    /// filters, all must hold.
    ///
    /// The other columns are decoded only where a row is wanted.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use arrow::array::{Int64Array, RecordBatch};
    /// # use oups_core::{AnyKey, KeySchema, Separator, Store};
    /// # use oups_query::ReadDataset;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let store = Store::<AnyKey>::create_for(folder.path(), KeySchema::parse("city:str", Separator::default())?)?;
    /// # let dataset = store.dataset(&store.parse_key("berlin")?)?;
    /// # let rows = |days: Vec<i64>| RecordBatch::try_from_iter([("day", Arc::new(Int64Array::from(days)) as _)]);
    /// # dataset.write(rows(vec![0, 1, 1, 2, 5])?).ordered_on("day").commit()?;
    /// use arrow::compute::kernels::cmp::gt;
    ///
    /// let late = dataset.scan().filter(["day"], |rows| gt(rows.column(0), &Int64Array::new_scalar(1)));
    /// assert_eq!(late.collect()?, rows(vec![2, 5])?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn filter<C: Into<String>>(
        mut self,
        columns: impl IntoIterator<Item = C>,
        test: impl Fn(&RecordBatch) -> Result<BooleanArray, ArrowError> + Send + Sync + 'static,
    ) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        self.request.conditions.push(Condition::Test { columns, test: Arc::new(test) });
        self
    }

    /// Reads only rows for which a condition holds, such as `temp > 30 and city in ('oslo', 'rome')`. `docs/query.md`
    /// describes the language; [`Predicate::parse`](crate::filter::Predicate::parse) reads it. Of several conditions
    /// and [`filter`](Self::filter)s, all must hold.
    ///
    /// A condition on the ordered column narrows the range. Files whose statistics exclude every row are left out. The
    /// other columns are decoded only where a row is wanted.
    ///
    /// If the text cannot be parsed or does not fit the columns, the read's last method fails with
    /// [`QueryError::Condition`](oups_core::QueryError::Condition).
    pub fn matching(mut self, condition: impl Into<String>) -> Self {
        self.request.conditions.push(Condition::Text(condition.into()));
        self
    }

    /// Reads at most this many rows: the first ones, or in reverse the last ones. Chunks, periods and answers for each
    /// key cannot be limited.
    pub fn limit(mut self, rows: u64) -> Self {
        self.request.limit = Some(rows);
        self
    }

    /// The most rows of a batch: 32,768 unless set. 0 counts as 1.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.request.batch_size = Some(rows.max(1));
        self
    }

    /// Compares every byte of a file with its checksum before a row of the file is used, so that a changed value is
    /// always found. A read without it checks only length, footer, number of rows and span. A verified read reads each
    /// file twice; a verified count also reads the files that it would otherwise count from the manifest.
    pub fn verified(mut self) -> Self {
        self.request.verified = true;
        self
    }
}
