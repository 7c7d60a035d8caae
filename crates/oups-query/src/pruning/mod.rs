//! Which row groups, and which rows of one, might be in a range.

pub(crate) mod manifest;
pub(crate) mod row_group;

#[cfg(test)]
pub(crate) mod test_entries;
