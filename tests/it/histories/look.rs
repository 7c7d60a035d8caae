//! The folder after a step, and the invariants that hold after any step.

use std::collections::BTreeMap;
use std::path::Path;

use oups_core::{Dataset, Settings, Version};
use oups_tests::model::compare;
use oups_tests::stored::row_groups;
use oups_tests::table::{Cell, Columns, Row, from_array, from_batches};
use oups_tests::tree::tree;

/// The store's files and the dataset in it.
pub(crate) struct Look {
    /// Every file except empty lock files, which come and go.
    pub(crate) tree: BTreeMap<String, Vec<u8>>,
    /// The dataset's files; `None` without a dataset.
    pub(crate) files: Option<Files>,
}

/// One version of the dataset.
pub(crate) struct Files {
    pub(crate) version: Version,
    pub(crate) names: Vec<String>,
    /// Rows, minimum and maximum of each row group, as the manifest says.
    pub(crate) layout: Vec<(usize, Cell, Cell)>,
    pub(crate) rows: Vec<Row>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) settings: Settings,
    /// Whether a file is not known to be durable.
    pub(crate) flagged: bool,
}

impl Look {
    pub(crate) fn at(dataset: &Dataset, root: &Path, columns: &Columns) -> Self {
        let files = dataset.snapshot_if_there().unwrap().map(|snapshot| {
            let groups = row_groups(&snapshot);
            let at = columns.iter().position(|(name, _)| *name == snapshot.ordered_on()).unwrap();
            let mut rows = Vec::new();
            let mut layout = Vec::new();
            for (entry, batches) in snapshot.row_groups().iter().zip(&groups) {
                let group = from_batches(columns, batches).unwrap();
                let bounds = snapshot.ordered_type().to_array(&[entry.min().clone(), entry.max().clone()]).unwrap();
                let bounds = from_array(columns[at].1, &bounds).unwrap();
                assert_eq!(entry.rows() as usize, group.len(), "rows of {}", entry.file_name());
                assert_eq!(bounds[0], group[0][at], "minimum of {}", entry.file_name());
                assert_eq!(bounds[1], group[group.len() - 1][at], "maximum of {}", entry.file_name());
                layout.push((group.len(), bounds[0].clone(), bounds[1].clone()));
                rows.extend(group);
            }
            Files {
                version: snapshot.version(),
                names: snapshot.row_groups().iter().map(|entry| entry.file_name().to_owned()).collect(),
                layout,
                rows,
                metadata: snapshot.metadata().clone(),
                settings: snapshot.settings().clone(),
                flagged: snapshot.row_groups().iter().any(|entry| !entry.is_synced()),
            }
        });
        let mut tree = tree(root);
        tree.retain(|name, bytes| !(name.ends_with(".lock") && bytes.is_empty()));
        Self { tree, files }
    }
}

impl Files {
    pub(crate) fn layout(&self) -> Vec<(usize, Cell, Cell)> {
        self.layout.clone()
    }

    /// Checks that values never decrease, in the manifest's order and in that of the names, and that no file is missing
    /// or left over.
    pub(crate) fn check(&self, look: &Look, name: &str) {
        let ascends = |(_, _, max): &(usize, Cell, Cell), (_, min, _): &(usize, Cell, Cell)| compare(max, min).is_le();
        assert!(self.layout.windows(2).all(|pair| ascends(&pair[0], &pair[1])), "{name}: {:?}", self.layout);
        let mut named: Vec<_> = self.names.iter().zip(&self.layout).collect();
        named.sort_by_key(|(name, _)| *name);
        assert!(named.windows(2).all(|pair| ascends(pair[0].1, pair[1].1)), "{name}: {named:?}");

        let (mut kept, mut others) = (Vec::new(), Vec::new());
        for file in look.tree.keys().filter_map(|path| path.strip_prefix("x/")) {
            if file.ends_with(".parquet") { &mut kept } else { &mut others }.push(file);
        }
        let mut names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(kept, names, "{name}: row group files");
        // Nobody reads, so only files that an unsynced commit replaced are kept.
        let retired = others.iter().all(|file| self.flagged && file.contains(".retired-"));
        assert!(retired, "{name}: {others:?}");
    }
}
