use crate::Result; use crate::schema::DatasetSchema; use arrow::array::RecordBatch; use std::sync::Arc;
pub(crate) fn merge(schema: &Arc<DatasetSchema>, a: impl Iterator<Item=Result<RecordBatch>>, b: impl Iterator<Item=Result<RecordBatch>>) -> impl Iterator<Item=Result<RecordBatch>> {
    let mut batches = vec![]; let mut err=None;
    for x in a.chain(b) { match x { Ok(x)=>batches.push(x), Err(e)=>{err=Some(e);break} } }
    if let Some(e)=err { return vec![Err(e)].into_iter(); }
    if batches.is_empty() { return vec![].into_iter(); }
    let all = arrow::compute::concat_batches(schema.plain(), &batches).unwrap();
    let keys = schema.keys(&all).unwrap();
    let mut idx: Vec<u64> = (0..all.num_rows() as u64).collect();
    idx.sort_by(|x,y| keys.cmp_at(*x as usize, &keys, *y as usize));
    let idx = arrow::array::UInt64Array::from(idx);
    vec![Ok(arrow::compute::take_record_batch(&all, &idx).unwrap())].into_iter()
}
