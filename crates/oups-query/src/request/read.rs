//! A read being put together: what every kind of it can be told.

use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::error::ArrowError;
use oups_core::ordered::IntoRange;

use crate::filter::Condition;
use crate::request::Request;

/// A read being put together: all rows and columns, until it is told otherwise.
///
/// [`Scan`](crate::scan::dataset::Scan) is one of one dataset, [`Query`](crate::query::Query) one of several, [`AsOf`](crate::asof::AsOf) a join. Nothing
/// is checked or read before one of the last methods of these is called, and errors are theirs. What the last method does not
/// take is refused as [`QueryError::NotTaken`](oups_core::QueryError::NotTaken): a `limit` of `counts`, a `batch_size` of
/// `collect`.
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

    /// Only rows whose ordered value is in the range. A later call replaces an earlier one.
    pub fn range(mut self, range: impl IntoRange) -> Self {
        self.request.range = range.into_range();
        self
    }

    /// Only these columns, in this order.
    pub fn columns<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.request.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Only rows for which the test says `true`; for `false` and null they are left out. It is given batches of these
    /// columns, in this order, from several threads at once. Of several filters all must hold.
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

    /// Only rows for which a condition holds: `temp > 30 and city in ('oslo', 'rome')`. `docs/query.md` has the language;
    /// [`Predicate::parse`](crate::filter::Predicate::parse) reads it. Of several conditions and [`filter`](Self::filter)s all
    /// must hold.
    ///
    /// What it says of the ordered column narrows the range; files whose statistics show that no row can be wanted are
    /// left out; the other columns are decoded only where a row is wanted.
    ///
    /// A text that cannot be read, or does not fit the columns, is [`QueryError::Condition`](oups_core::QueryError::Condition) once
    /// the read begins.
    pub fn matching(mut self, condition: impl Into<String>) -> Self {
        self.request.conditions.push(Condition::Text(condition.into()));
        self
    }

    /// At most so many rows: the first ones, or the last ones of a read in reverse. Chunks, periods and answers for each
    /// key cannot be limited.
    pub fn limit(mut self, rows: u64) -> Self {
        self.request.limit = Some(rows);
        self
    }

    /// At most this many rows a batch, and at least one; 32,768 unless set.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.request.batch_size = Some(rows.max(1));
        self
    }

    /// Compares every byte of a file with its checksum before a row of it is used, so that no changed value can get
    /// through. A plain read checks length, footer, number of rows and span only. Each file is read once more for it;
    /// counting then reads the files that it would count from the manifest.
    pub fn verified(mut self) -> Self {
        self.request.verified = true;
        self
    }
}
