//! The exact conversion of a column as a function of the engine.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use oups::words::short;

use super::exact::exact;
use crate::zone::Zone;

/// The values of an expression in the type of a column of a table, which are the very same or an error.
///
/// It takes the place of the engine's cast, which rounds, cuts and wraps.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Conversion {
    column: String,
    to: DataType,
    clock: Zone,
    signature: Signature,
}

/// An expression as values of a column.
pub(crate) fn converted(expr: Expr, column: &Field, clock: &Zone) -> Expr {
    let conversion = Conversion {
        column: column.name().clone(),
        to: column.data_type().clone(),
        clock: clock.clone(),
        signature: Signature::any(1, Volatility::Immutable),
    };
    ScalarUDF::new_from_impl(conversion).call(vec![expr])
}

impl ScalarUDFImpl for Conversion {
    fn name(&self) -> &str {
        "oups_exactly"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.to.clone())
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let nullable = args.arg_fields.iter().any(|field| field.is_nullable());
        Ok(Arc::new(Field::new(&self.column, self.to.clone(), nullable)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let is_scalar = matches!(args.args.first(), Some(ColumnarValue::Scalar(_)));
        let Some(values) = args.args.into_iter().next() else {
            return Err(exec_datafusion_err!("column `{}` has no values", self.column));
        };
        let values = values.into_array(if is_scalar { 1 } else { rows })?;
        let values = exact(&values, &self.to, &self.clock)
            .map_err(|error| exec_datafusion_err!("column `{}`: {}", short(&self.column), error.message()))?;
        if is_scalar {
            return Ok(ColumnarValue::Scalar(datafusion::common::ScalarValue::try_from_array(&values, 0)?));
        }
        Ok(ColumnarValue::Array(values))
    }
}
