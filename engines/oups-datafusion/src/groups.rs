//! Which files one partition reads, one after the other.

use datafusion::datasource::listing::PartitionedFile;

/// Datasets are merged only while the largest row groups of all of them have no more bytes than this: each stream of the
/// merge holds one row group's wanted columns.
const MOST_MERGED: u64 = 512 << 20;

/// The files of one dataset, ascending.
pub(crate) type DatasetFiles = Vec<PartitionedFile>;

/// How the files of a scan are grouped.
#[derive(Clone, Debug)]
pub(crate) struct Grouped {
    pub(crate) groups: Vec<Vec<PartitionedFile>>,
    /// Whether each group is of one dataset. Else each has several whole ones, in key order.
    pub(crate) one_dataset_each: bool,
}

/// Groups the files of datasets, which are in key order, for so many partitions.
pub(crate) fn group(datasets: Vec<DatasetFiles>, partitions: usize, ordered_keys: usize) -> Grouped {
    let mut datasets: Vec<DatasetFiles> = datasets.into_iter().filter(|files| !files.is_empty()).collect();
    let largest = |files: &DatasetFiles| files.iter().map(|file| file.object_meta.size).max().unwrap_or_default();
    if datasets.len() <= ordered_keys && datasets.iter().map(largest).sum::<u64>() <= MOST_MERGED {
        return Grouped { groups: dealt(datasets, partitions), one_dataset_each: true };
    }
    // Numbers of 128 bits are texts in the engine, and so have another order.
    datasets.sort_by(|left, right| key_of(left).partial_cmp(&key_of(right)).unwrap_or(std::cmp::Ordering::Equal));
    Grouped { groups: whole(datasets, partitions), one_dataset_each: false }
}

fn key_of(files: &DatasetFiles) -> Option<&[datafusion::common::ScalarValue]> {
    files.first().map(|file| file.partition_values.as_slice())
}

/// Each dataset in groups of its own, as many as it takes to have something for all partitions. Files are dealt out in turn,
/// so that a merge reads from all of the groups at once, and not from one after the other.
fn dealt(datasets: Vec<DatasetFiles>, partitions: usize) -> Vec<Vec<PartitionedFile>> {
    let sizes: Vec<u64> = datasets.iter().map(bytes).collect();
    let mut shares = vec![1; datasets.len()];
    for _ in datasets.len()..partitions {
        let divisible =
            datasets.iter().zip(&sizes).zip(&mut shares).filter(|((files, _), share)| files.len() > **share);
        let Some((_, share)) = divisible.max_by_key(|((_, size), share)| **size / **share as u64) else { break };
        *share += 1;
    }
    let mut groups = Vec::new();
    for (files, share) in datasets.into_iter().zip(shares) {
        let mut own = vec![Vec::new(); share];
        for (at, file) in files.into_iter().enumerate() {
            if let Some(group) = own.get_mut(at % share) {
                group.push(file);
            }
        }
        groups.extend(own);
    }
    groups
}

/// Runs of whole datasets, of about the same bytes each.
fn whole(datasets: Vec<DatasetFiles>, partitions: usize) -> Vec<Vec<PartitionedFile>> {
    let mut left: u64 = datasets.iter().map(bytes).sum();
    let mut groups: Vec<Vec<PartitionedFile>> = Vec::new();
    let (mut group, mut so_far) = (Vec::new(), 0);
    for files in datasets {
        let size = bytes(&files);
        let open = partitions.saturating_sub(groups.len());
        // Rather before a dataset than behind it, if that is nearer to an equal share of what is left.
        if !group.is_empty() && open > 1 && so_far + size / 2 > left / open as u64 {
            left -= so_far;
            groups.push(std::mem::take(&mut group));
            so_far = 0;
        }
        so_far += size;
        group.extend(files);
    }
    groups.extend((!group.is_empty()).then_some(group));
    groups
}

fn bytes(files: &DatasetFiles) -> u64 {
    files.iter().map(|file| file.object_meta.size).sum()
}

#[cfg(test)]
mod tests {
    use datafusion::common::ScalarValue;

    use super::*;

    /// A dataset with files of these sizes, named by its key and their number.
    fn dataset(key: &str, sizes: &[u64]) -> DatasetFiles {
        let file = |(at, size): (usize, &u64)| {
            PartitionedFile::new(format!("{key}{at}"), *size).with_partition_values(vec![ScalarValue::from(key)])
        };
        sizes.iter().enumerate().map(file).collect()
    }

    fn names(grouped: &Grouped) -> Vec<String> {
        let names = |group: &Vec<PartitionedFile>| {
            group.iter().map(|file| file.path().to_string()).collect::<Vec<_>>().join(" ")
        };
        grouped.groups.iter().map(names).collect()
    }

    #[test]
    fn few_datasets_have_groups_of_their_own_and_the_large_ones_several() {
        let datasets = || vec![dataset("a", &[9, 9, 9, 9, 9]), dataset("b", &[1, 1]), dataset("c", &[5])];
        assert_eq!(names(&group(datasets(), 1, 64)), ["a0 a1 a2 a3 a4", "b0 b1", "c0"]);
        assert_eq!(names(&group(datasets(), 5, 64)), ["a0 a3", "a1 a4", "a2", "b0 b1", "c0"]);
        // No more groups than files.
        assert_eq!(names(&group(datasets(), 99, 64)), ["a0", "a1", "a2", "a3", "a4", "b0", "b1", "c0"]);
        assert!(group(datasets(), 5, 3).one_dataset_each);
        assert!(names(&group(vec![Vec::new()], 5, 3)).is_empty());
    }

    #[test]
    fn many_datasets_stay_whole_in_runs_of_about_the_same_bytes() {
        let datasets = || vec![dataset("a", &[10]), dataset("b", &[4, 4]), dataset("c", &[2]), dataset("d", &[20])];
        let grouped = group(datasets(), 2, 3);
        assert!(!grouped.one_dataset_each);
        assert_eq!(names(&grouped), ["a0 b0 b1 c0", "d0"]);
        assert_eq!(names(&group(datasets(), 1, 0)), ["a0 b0 b1 c0 d0"]);
        assert_eq!(names(&group(datasets(), 4, 0)), ["a0", "b0 b1 c0", "d0"]);
        // No more groups than datasets.
        assert_eq!(names(&group(datasets(), 9, 0)), ["a0", "b0 b1", "c0", "d0"]);
        // Also if there are few, but too large to have a row group of each in memory.
        let large = || vec![dataset("a", &[300 << 20, 1]), dataset("b", &[300 << 20])];
        assert!(!group(large(), 2, 64).one_dataset_each);
    }

    #[test]
    fn keys_are_in_the_order_that_the_engine_has() {
        let grouped = group(vec![dataset("9", &[1]), dataset("10", &[1])], 1, 0);
        assert_eq!(names(&grouped), ["100 90"]);
    }
}
