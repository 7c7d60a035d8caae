//! An input in memory and a spilled one have the same rows, ranks and refusals.

use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::*;
use proptest::prelude::*;

use super::*;
use crate::Error;
use crate::schema::fit;

fn fit_of(batch: &RecordBatch) -> Fit {
    fit(&Arc::new(DatasetSchema::new("d", batch.schema(), "at").unwrap()), &batch.schema()).unwrap()
}

fn batch(at: Vec<i64>) -> RecordBatch {
    let text: StringArray =
        at.iter().map(|v| (v % 7 != 0).then(|| format!("text number {v} of some length"))).collect();
    let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let side: StringArray = at.iter().map(|v| Some(if v % 2 == 0 { "even" } else { "odd" })).collect();
    let side = cast(&side, &dictionary).unwrap();
    let view = cast(&text, &DataType::Utf8View).unwrap();
    let fields = [("at", Arc::new(Int64Array::from(at)) as ArrayRef), ("side", side), ("text", Arc::new(text))];
    let columns = fields.into_iter().chain([("view", view)]).map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn spilled(batches: &[RecordBatch], limit: usize) -> Result<Input> {
    Input::from_reader(fit_of(&batches[0]), batches.iter().cloned().map(Ok), limit)
}

fn in_memory(batches: &[RecordBatch]) -> Result<Input> {
    Input::from_batches(fit_of(&batches[0]), batches.to_vec())
}

fn rows_of(input: &Input, rows: Range<u64>) -> RecordBatch {
    let batches: Vec<_> = input.batches(rows).collect::<Result<_>>().unwrap();
    arrow::compute::concat_batches(input.schema().plain(), &batches).unwrap()
}

#[test]
fn a_large_input_is_spilled_and_read_in_any_order() {
    let batches = [batch((0..150_000).collect()), batch(vec![]), batch((149_999..150_100).collect())];
    let input = spilled(&batches, 1000).unwrap();
    assert!(input.is_spilled());
    assert_eq!(input.rows(), 150_101);
    assert_eq!(input.rank(&OrdValue::I64(149_999)).unwrap(), 149_999);
    assert_eq!(input.rank_inclusive(&OrdValue::I64(149_999)).unwrap(), 150_001);
    assert_eq!(input.value_at(150_100).unwrap(), Some(OrdValue::I64(150_099)));
    assert_eq!(input.value_at(150_101).unwrap(), None);
    let memory = in_memory(&batches).unwrap();
    for range in [0..150_101, 65_535..65_537, 149_990..150_005, 5..5, 150_100..999_999] {
        assert_eq!(rows_of(&input, range.clone()), rows_of(&memory, range));
    }
}

#[test]
fn a_small_input_stays_in_memory_without_a_copy() {
    let one = batch(vec![1, 2]);
    let slices: Vec<_> = (0..2).map(|at| one.slice(at, 1)).collect();
    let input = spilled(&slices, DEFAULT_MEMORY_LIMIT).unwrap();
    assert!(!input.is_spilled());
    let back = rows_of(&in_memory(std::slice::from_ref(&one)).unwrap(), 0..2);
    let pointer = |batch: &RecordBatch| batch.column(0).as_primitive::<Int64Type>().values().as_ptr();
    assert_eq!(back.num_rows(), 2);
    let direct = input.batches(0..1).next().unwrap().unwrap();
    assert_eq!(pointer(&direct), pointer(&one));
}

#[test]
fn slices_of_one_buffer_count_once() {
    let one = batch((0..10_000).collect());
    let (mut whole, mut slices) = (HeldMemory::default(), HeldMemory::default());
    whole.add(&one);
    (0..4).for_each(|at| slices.add(&one.slice(at * 2500, 2500)));
    assert!(slices.bytes() < whole.bytes() + 8 * 1024);
}

#[test]
fn rows_out_of_order_are_named_over_batch_borders() {
    let expected = "dataset d, column `at`: row 3 is out of order: 4 after 5";
    for batches in [vec![batch(vec![1, 5, 4])], vec![batch(vec![1, 5]), batch(vec![4])]] {
        assert_eq!(in_memory(&batches).unwrap_err().to_string(), expected);
        assert_eq!(spilled(&batches, 0).unwrap_err().to_string(), expected);
    }
}

#[test]
fn nulls_and_failing_readers_are_refused() {
    let nulls = |at: Vec<Option<i64>>| {
        RecordBatch::try_from_iter_with_nullable([("at", Arc::new(Int64Array::from(at)) as ArrayRef, true)]).unwrap()
    };
    let error = in_memory(&[nulls(vec![Some(1), Some(2)]), nulls(vec![None])]).unwrap_err();
    assert_eq!(error.to_string(), "dataset d, column `at`: row 3 is null, which has no place in an order");
    let good = batch(vec![1, 2]);
    let reader = [Ok(good.clone()), Err(ArrowError::ComputeError("lost".into()))];
    let error = Input::from_reader(fit_of(&good), reader.into_iter(), 0).unwrap_err();
    assert!(matches!(error, Error::Input { rows: 2, .. }));
    let other = nulls(vec![Some(3)]);
    let reader = [Ok(good.clone()), Ok(other)];
    let error = Input::from_reader(fit_of(&good), reader.into_iter(), 0).unwrap_err();
    assert!(matches!(error, Error::Schema { .. }));
}

#[test]
fn no_rows_are_an_input_too() {
    let input = spilled(&[batch(vec![])], 0).unwrap();
    assert_eq!(input.rows(), 0);
    assert_eq!(input.rank(&OrdValue::I64(0)).unwrap(), 0);
    assert_eq!(input.batches(0..10).count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn ranks_and_ranges_agree_with_a_walk(
        mut at in prop::collection::vec(0i64..60, 1..200),
        cuts in prop::collection::vec(1usize..40, 1..8),
        probe in -1i64..61,
        limit in prop::sample::select(vec![0usize, 8 << 10, 1 << 30]),
    ) {
        at.sort_unstable();
        let (whole, mut batches, mut from) = (batch(at.clone()), Vec::new(), 0);
        for len in cuts.iter().cycle() {
            let len = (*len).min(at.len() - from);
            batches.push(whole.slice(from, len));
            from += len;
            if from == at.len() { break }
        }
        let input = spilled(&batches, limit).unwrap();
        let value = OrdValue::I64(probe);
        prop_assert_eq!(input.rank(&value).unwrap(), at.iter().filter(|v| **v < probe).count() as u64);
        prop_assert_eq!(input.rank_inclusive(&value).unwrap(), at.iter().filter(|v| **v <= probe).count() as u64);
        let (start, end) = (at.len() / 3, at.len() * 2 / 3);
        let expected = rows_of(&in_memory(std::slice::from_ref(&whole)).unwrap(), start as u64..end as u64);
        prop_assert_eq!(rows_of(&input, start as u64..end as u64), expected);
        prop_assert_eq!(input.value_at(start as u64).unwrap(), Some(OrdValue::I64(at[start])));
    }
}
