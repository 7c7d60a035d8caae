//! Finds the damaged file of a statement. The engine's decoders do not name it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_plan::ExecutionPlan;

use crate::stores::{Attached, Stores};

/// Reads the files of a plan again until the checksum of one is wrong, and returns the error of this file.
pub(crate) fn find(plan: &Arc<dyn ExecutionPlan>, stores: &Stores) -> Option<oups::Error> {
    let mut files = Vec::new();
    collect(plan, &mut files);
    files.iter().find_map(|file| stores.iter().find_map(|attached| damage(attached, file)))
}

/// Collects the files of a plan.
fn collect(plan: &Arc<dyn ExecutionPlan>, files: &mut Vec<PathBuf>) {
    let source = plan.downcast_ref::<DataSourceExec>().map(DataSourceExec::data_source);
    if let Some(config) = source.and_then(|source| source.downcast_ref::<FileScanConfig>()) {
        let groups = config.file_groups.iter().flat_map(|group| group.files());
        // The engine's paths lack the `/` of the root folder.
        files.extend(groups.map(|file| Path::new("/").join(file.object_meta.location.as_ref())));
    }
    plan.children().into_iter().for_each(|child| collect(child, files));
}

fn damage(attached: &Attached, file: &Path) -> Option<oups::Error> {
    let root = std::path::absolute(attached.store.root()).ok()?;
    let dataset = file.strip_prefix(root).ok()?.parent()?.to_str()?;
    let snapshot = attached.store.dataset(&attached.store.parse_key(dataset).ok()?).ok()?.snapshot().ok()?;
    let group = snapshot.row_groups().iter().find(|group| snapshot.path_of(group).file_name() == file.file_name())?;
    snapshot.open_verified(group).err().filter(|error| matches!(error, oups::Error::Damaged { .. }))
}
