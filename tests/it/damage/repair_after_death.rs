//! A writer dies at any moment, and then the manifest is lost: a repair brings back the old version or the new one.

use oups_tests::disk::{Disk, Unsynced, write_image};
use oups_tests::fault_fs::FaultFs;
use oups_tests::scratch;

use crate::crash::{KINDS, create, dataset_of, look, open};

#[test]
fn a_manifest_lost_after_a_death_at_any_moment_is_rebuilt_as_old_or_new() {
    let mut moments = 0;
    for kind in KINDS.iter().filter(|kind| !kind.name.starts_with("remove") && !kind.name.starts_with("delete")) {
        let folder = scratch();
        let root = folder.path().join("live");
        let store = create(&root);
        kind.before.iter().for_each(|act| act(&store).unwrap());
        let mut disk = Disk::holding(&root);
        let old = look(&root);
        let fs = FaultFs::counting().recording(&root);
        (kind.act)(&open(Some(&fs), &root).unwrap()).unwrap();
        let new = look(&root);
        let events = fs.events();
        for moment in 0..=events.len() {
            moments += 1;
            let hit = folder.path().join("hit");
            let mut image = disk.after(Unsynced::AllKept);
            image.remove("a-1/b.opdmd");
            write_image(&image, &hit);
            let at = format!("{}: death after {moment} of {}", kind.name, events.len());
            let result = dataset_of(&open(None, &hit).unwrap()).unwrap().repair().commit();
            let found = look(&hit).map(|(rows, ..)| rows);
            let rows = |seen: &crate::crash::Seen| seen.as_ref().map(|(rows, ..)| rows.clone());
            let is_over = moment == events.len();
            assert!(found == rows(&new) || found == rows(&old) && !is_over, "{at}: {found:?} {result:?}");
            std::fs::remove_dir_all(&hit).unwrap();
            events.get(moment).iter().for_each(|event| disk.apply(event));
        }
    }
    println!("{moments} moments");
}
