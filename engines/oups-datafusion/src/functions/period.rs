//! `oups_period(period, t)`: the first value of the period that holds a time.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Date64Type, Field, FieldRef, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use datafusion::common::{DataFusionError, Result, ScalarValue, plan_datafusion_err, plan_err};
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use oups::sizing::{Period, PeriodGrid, TimeScale};

const NAME: &str = "oups_period";

/// The function. Its period is a constant, so that it rises with the time, and rows in the order of the time are in the order
/// of its values too.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct PeriodStart {
    signature: Signature,
}

impl PeriodStart {
    pub(super) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for PeriodStart {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Nothing is cast: the types decide the result.
    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        if arg_types.len() == 2 { Ok(arg_types.to_vec()) } else { Err(wrong_count(arg_types.len())) }
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        let [_, time] = arg_types else { return Err(wrong_count(arg_types.len())) };
        checked(time).cloned()
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let [_, time] = args.arg_fields else { return Err(wrong_count(args.arg_fields.len())) };
        if let Some(Some(period)) = args.scalar_arguments.first() {
            self::period(period)?;
        }
        Ok(Arc::new(Field::new(NAME, checked(time.data_type())?.clone(), time.is_nullable())))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [period, time] = args.args.as_slice() else { return Err(wrong_count(args.args.len())) };
        let ColumnarValue::Scalar(period) = period else { return Err(not_constant("a column")) };
        let period = self::period(period)?;
        match time {
            ColumnarValue::Array(times) => Ok(ColumnarValue::Array(starts(period, times)?)),
            ColumnarValue::Scalar(time) => {
                let start = starts(period, &time.to_array()?)?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&start, 0)?))
            }
        }
    }

    /// Changes nothing: by now, expressions of constants are constants.
    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        match args.first() {
            Some(Expr::Literal(..) | Expr::Placeholder(_)) | None => Ok(ExprSimplifyResult::Original(args)),
            Some(period) => Err(not_constant(period)),
        }
    }

    /// The times of the period that begins with the value: so a condition on periods is one on the time, which leaves out what
    /// a condition on the time leaves out.
    fn preimage(&self, args: &[Expr], value: &Expr, _: &SimplifyContext) -> Result<PreimageResult> {
        let ([Expr::Literal(period, _), time], Expr::Literal(value, _)) = (args, value) else {
            return Ok(PreimageResult::None);
        };
        if !matches!(value.data_type(), DataType::Timestamp(..) | DataType::Date32 | DataType::Date64) {
            return Ok(PreimageResult::None);
        }
        let (period, first) = (self::period(period)?, value.to_array()?);
        let next = each(&first, |grid, value| grid.next_start(value), period)?;
        if starts(period, &first)? != first || next.is_null(0) {
            return Ok(PreimageResult::None);
        }
        let interval = Interval::try_new(value.clone(), ScalarValue::try_from_array(&next, 0)?)?;
        Ok(PreimageResult::Range { expr: time.clone(), interval: Box::new(interval) })
    }

    fn output_ordering(&self, inputs: &[ExprProperties]) -> Result<SortProperties> {
        Ok(match inputs {
            [period, time] if period.sort_properties == SortProperties::Singleton => time.sort_properties,
            _ => SortProperties::Unordered,
        })
    }

    fn preserves_lex_ordering(&self, inputs: &[ExprProperties]) -> Result<bool> {
        Ok(inputs.first().is_some_and(|period| period.sort_properties == SortProperties::Singleton))
    }
}

fn wrong_count(found: usize) -> DataFusionError {
    plan_datafusion_err!("{NAME} has {found} arguments here: write {NAME}(period, time), as in {NAME}('1D', time)")
}

fn not_constant(found: impl std::fmt::Display) -> DataFusionError {
    plan_datafusion_err!("{NAME}: the period must be a constant, as in {NAME}('1D', time), not {found}")
}

/// The type of times, if periods can be laid on it. A null without a type is one of any.
fn checked(time: &DataType) -> Result<&DataType> {
    if time.is_null() || TimeScale::from_data_type(time).is_some() {
        return Ok(time);
    }
    let cast = if time.is_string() { "; of a text make one by timestamp '…' or arrow_cast" } else { "" };
    plan_err!("{NAME}: the time must be a timestamp or a date, not {time}{cast}")
}

fn period(value: &ScalarValue) -> Result<Period> {
    let wrong = |found: &dyn std::fmt::Display| {
        plan_datafusion_err!("{NAME}: the period must be {}; found {found}", Period::EXPECTED)
    };
    match value.try_as_str() {
        Some(Some(text)) => text.parse().map_err(|_| wrong(&format_args!("`{text}`"))),
        _ => Err(wrong(value)),
    }
}

/// For each time the first value of its period.
fn starts(period: Period, times: &ArrayRef) -> Result<ArrayRef> {
    // Rows that follow each other are in one period as a rule.
    let mut last: Option<(i64, Option<i64>)> = None;
    let start = |grid: &PeriodGrid, time: i64| {
        if let Some((start, next)) = last
            && start <= time
            && next.is_none_or(|next| time < next)
        {
            return Some(start);
        }
        let start = grid.start_of(time).max(grid.scale().least());
        last = Some((start, grid.next_start(time)));
        Some(start)
    };
    each(times, start, period)
}

/// A function of each time, with the type of the times. What that type cannot hold is null.
fn each(times: &ArrayRef, f: impl FnMut(&PeriodGrid, i64) -> Option<i64>, period: Period) -> Result<ArrayRef> {
    let data_type = times.data_type();
    if let DataType::Dictionary(..) = data_type {
        let times = times.as_any_dictionary();
        return Ok(times.with_values(each(times.values(), f, period)?));
    }
    let Some(scale) = TimeScale::from_data_type(checked(data_type)?) else { return Ok(times.clone()) };
    let grid = PeriodGrid::new(period, scale);
    Ok(match data_type {
        DataType::Date32 => mapped::<Date32Type>(times, grid, f),
        DataType::Date64 => mapped::<Date64Type>(times, grid, f),
        DataType::Timestamp(TimeUnit::Second, _) => mapped::<TimestampSecondType>(times, grid, f),
        DataType::Timestamp(TimeUnit::Millisecond, _) => mapped::<TimestampMillisecondType>(times, grid, f),
        DataType::Timestamp(TimeUnit::Microsecond, _) => mapped::<TimestampMicrosecondType>(times, grid, f),
        _ => mapped::<TimestampNanosecondType>(times, grid, f),
    })
}

fn mapped<T: ArrowPrimitiveType>(
    times: &ArrayRef,
    grid: PeriodGrid,
    mut f: impl FnMut(&PeriodGrid, i64) -> Option<i64>,
) -> ArrayRef
where
    T::Native: Into<i64> + TryFrom<i64>,
{
    let times = times.as_primitive::<T>();
    let value = |time: Option<T::Native>| T::Native::try_from(f(&grid, time?.into())?).ok();
    let values: PrimitiveArray<T> = times.iter().map(value).collect();
    Arc::new(values.with_data_type(times.data_type().clone()))
}
