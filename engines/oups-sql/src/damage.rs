//! Which of the files that a statement reads is damaged: the engine's decoders do not say.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_plan::ExecutionPlan;

use crate::stores::{Attached, Stores};

/// The damage of the first file of the plan whose bytes are not those that were written, found by reading all of them again.
pub(crate) fn find(plan: &Arc<dyn ExecutionPlan>, stores: &Stores) -> Option<oups::Error> {
    let mut files = Vec::new();
    collect(plan, &mut files);
    files.iter().find_map(|file| stores.iter().find_map(|attached| damage(attached, file)))
}

/// The files that are read by the plan.
fn collect(plan: &Arc<dyn ExecutionPlan>, files: &mut Vec<PathBuf>) {
    let source = plan.downcast_ref::<DataSourceExec>().map(DataSourceExec::data_source);
    if let Some(config) = source.and_then(|source| source.downcast_ref::<FileScanConfig>()) {
        let groups = config.file_groups.iter().flat_map(|group| group.files());
        // The engine's paths are those of the root folder.
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
