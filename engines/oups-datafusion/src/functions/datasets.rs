//! `oups_datasets('NAME')`: the datasets of a store, one a row.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::catalog::{Session, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use oups::{KeyFilter, Snapshot};

use crate::attached::Attached;
use crate::catalog::attached;
use crate::keys::{KeyCondition, KeyFields};
use crate::statement::Read;

/// The function's name.
pub(crate) const NAME: &str = "oups_datasets";

/// `oups_datasets`.
#[derive(Debug)]
pub(crate) struct DatasetsFunction;

impl TableFunctionImpl for DatasetsFunction {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let name = match args.exprs() {
            [Expr::Literal(name, _)] => name.try_as_str().flatten(),
            _ => None,
        };
        let Some(name) = name else {
            return plan_err!("{NAME} takes the name of an attached store, as in {NAME}('store')");
        };
        Ok(Arc::new(DatasetsTable::new(attached(args.session(), name)?)))
    }
}

/// The datasets of a store, one a row.
#[derive(Debug)]
pub(crate) struct DatasetsTable {
    attached: Arc<Attached>,
    keys: KeyFields,
    schema: SchemaRef,
}

impl DatasetsTable {
    fn new(attached: Arc<Attached>) -> Self {
        let keys = KeyFields::new(attached.store.schema());
        let of_dataset = [
            Field::new("dataset", DataType::Utf8, false),
            Field::new("version", DataType::Utf8, false),
            Field::new("rows", DataType::Int64, false),
            Field::new("row_groups", DataType::Int64, false),
            Field::new("bytes", DataType::Int64, false),
            Field::new("min", DataType::Utf8, true),
            Field::new("max", DataType::Utf8, true),
            Field::new("ordered_on", DataType::Utf8, false),
        ];
        let fields: Vec<FieldRef> = keys.fields().iter().cloned().chain(of_dataset.map(Arc::new)).collect();
        Self { attached, keys, schema: Arc::new(Schema::new(fields)) }
    }

    pub(crate) fn attached(&self) -> &Arc<Attached> {
        &self.attached
    }

    /// The condition on keys in the filters of a scan.
    pub(crate) fn condition(&self, state: &dyn Session, filters: &[Expr]) -> Result<KeyCondition> {
        KeyCondition::new(state, &self.keys, &KeyFilter::all(), filters)
    }

    fn rows(&self, read: &[Read]) -> Result<RecordBatch> {
        let keys = read.iter().map(|(key, _)| self.keys.values(key)).collect::<Result<Vec<_>>>()?;
        let mut columns = Vec::with_capacity(self.schema.fields().len());
        for (at, field) in self.keys.fields().iter().enumerate() {
            let values = keys.iter().filter_map(|values: &Vec<ScalarValue>| values.get(at)).cloned();
            let none = || datafusion::arrow::array::new_empty_array(field.data_type());
            columns.push(if keys.is_empty() { none() } else { ScalarValue::iter_to_array(values)? });
        }
        columns.extend(of_datasets(read));
        Ok(RecordBatch::try_new(self.schema.clone(), columns)?)
    }
}

/// The columns that come after those of the key.
fn of_datasets(read: &[Read]) -> [ArrayRef; 8] {
    let texts = |text: &dyn Fn(&Snapshot) -> Option<String>| -> ArrayRef {
        Arc::new(read.iter().map(|(_, snapshot)| text(snapshot)).collect::<StringArray>())
    };
    let counts = |count: &dyn Fn(&Snapshot) -> u64| -> ArrayRef {
        Arc::new(read.iter().map(|(_, snapshot)| i64::try_from(count(snapshot)).ok()).collect::<Int64Array>())
    };
    let bound = |of: fn((&oups::OrdValue, &oups::OrdValue)) -> oups::OrdValue| {
        move |snapshot: &Snapshot| snapshot.span().map(|span| snapshot.ordered_type().format(&of(span)))
    };
    [
        texts(&|snapshot| Some(snapshot.dataset().to_owned())),
        texts(&|snapshot| Some(snapshot.version().to_string())),
        counts(&Snapshot::rows),
        counts(&|snapshot| snapshot.row_groups().len() as u64),
        counts(&Snapshot::bytes),
        texts(&bound(|(min, _)| min.clone())),
        texts(&bound(|(_, max)| max.clone())),
        texts(&|snapshot| Some(snapshot.ordered_on().to_owned())),
    ]
}

#[async_trait]
impl TableProvider for DatasetsTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| match self.keys.decide(filter) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(support).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (_, read) = self.attached.read(state, self.condition(state, filters)?).await?;
        let rows = vec![vec![self.rows(&read)?]];
        Ok(MemorySourceConfig::try_new_exec(&rows, self.schema.clone(), projection.cloned())?)
    }
}
