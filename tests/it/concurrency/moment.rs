//! Several datasets at one moment, with a writer that comes between any two looks of the reader.
//!
//! The file system of the reader calls the writer before each look. So every schedule can be played, and the state at
//! each moment is known.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oups_core::{AnyKey, Durability, Error, KeyFilter, Moment, Snapshot, Store, StoreOptions, Together};
use oups_query::{Aggregate, QueryStore};
use oups_tests::fault_fs::FaultFs;
use tempfile::TempDir;

use super::{rows, seen, store};

/// The value of each dataset; `None` if it does not exist.
type State = [Option<i64>; 2];

/// Writes to `a` and to `b` in turn, and knows the state at each moment.
struct Writer {
    store: Store<AnyKey>,
    /// Whether `a` is removed and made again instead of being written to.
    removes: bool,
    history: Vec<State>,
}

impl Writer {
    /// The next change.
    fn step(&mut self) {
        let [a, b] = *self.history.last().unwrap();
        let next = match (a, b) {
            (None, b) => [Some(b.unwrap_or(0)), b],
            (Some(a), Some(b)) if a == b && self.removes && self.history.len() % 3 == 1 => [None, Some(b)],
            (Some(a), b) if b.is_some_and(|b| a > b) || b.is_none() || self.removes => {
                [Some(a), Some(b.map_or(a, |b| b + 1))]
            }
            (Some(a), b) => [Some(a + 1), b],
        };
        for (name, before, after) in [("a", a, next[0]), ("b", b, next[1])] {
            if before != after {
                self.make(name, after);
            }
        }
        self.history.push(next);
    }

    fn make(&self, name: &str, value: Option<i64>) {
        let key = self.store.parse_key(name).unwrap();
        let Some(value) = value else {
            self.store.dataset(&key).unwrap().remove().commit().unwrap();
            return;
        };
        // One row, always the same: only the value in the metadata changes.
        let dataset = self.store.dataset(&key).unwrap();
        let write =
            dataset.write(rows([0])).ordered_on("time").duplicates_on(["time"]).metadata("value", value.to_string());
        write.durability(Durability::Unsynced).commit().unwrap();
    }
}

fn value(snapshot: &Snapshot) -> i64 {
    assert_eq!(seen(snapshot), [0]);
    snapshot.metadata()["value"].parse().unwrap()
}

/// A reader, and a writer that comes before its looks as the schedule says.
struct Play {
    _folder: TempDir,
    reader: Store<AnyKey>,
    writer: Arc<Mutex<Writer>>,
    looks: Arc<Mutex<usize>>,
}

impl Play {
    /// `steps` gives the number of changes before each look at a manifest, and before each listing.
    fn new(start: State, removes: bool, steps: impl Fn(usize) -> usize + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let writer = Writer { store: store(folder.path()), removes, history: vec![start] };
        writer.make("a", start[0].or(Some(0)));
        writer.make("b", start[1]);
        if start[0].is_none() {
            writer.make("a", None);
        }
        let (writer, looks) = (Arc::new(Mutex::new(writer)), Arc::new(Mutex::new(0)));
        let (at_it, count) = (writer.clone(), looks.clone());
        let is_look = move |path: &Path| {
            path.extension().is_some_and(|extension| extension == "opdmd") || path.join("oups.json").exists()
        };
        let fs = FaultFs::counting().watching(move |path| {
            if is_look(path) {
                let mut looks = count.lock().unwrap();
                (0..steps(*looks)).for_each(|_| at_it.lock().unwrap().step());
                *looks += 1;
            }
        });
        let reader = Store::<AnyKey>::open_with(folder.path(), StoreOptions::new().file_system(fs)).unwrap();
        let play = Self { _folder: folder, reader, writer, looks };
        play.begin();
        play
    }

    /// The schedule begins again.
    fn begin(&self) {
        *self.looks.lock().unwrap() = 0;
    }

    fn keys(&self) -> [AnyKey; 2] {
        ["a", "b"].map(|name| self.reader.parse_key(name).unwrap())
    }

    /// Checks that a state existed while the reader looked.
    fn was_there(&self, found: State, began: usize, what: &dyn std::fmt::Debug) {
        let history = &self.writer.lock().unwrap().history;
        assert!(history[began..].contains(&found), "{what:?}: {found:?} never was: {:?}", &history[began..]);
    }

    fn now(&self) -> usize {
        self.writer.lock().unwrap().history.len() - 1
    }
}

/// All schedules of up to two changes before each of the first five looks, and four changes altogether.
fn schedules() -> impl Iterator<Item = [usize; 5]> {
    let all = (0..3_usize.pow(5)).map(|number| std::array::from_fn(|look| number / 3_usize.pow(look as u32) % 3));
    all.filter(|schedule: &[usize; 5]| schedule.iter().sum::<usize>() <= 4)
}

#[test]
fn whatever_comes_between_two_looks_the_datasets_are_of_one_moment() {
    for schedule in schedules() {
        let play = Play::new([Some(1), Some(1)], false, move |look| schedule.get(look).copied().unwrap_or(0));
        let began = play.now();
        let snapshots = play.reader.snapshots(&play.keys()).unwrap();
        assert_eq!(snapshots.moment(), Moment::Exact, "{schedule:?}");
        play.was_there([Some(value(&snapshots[0])), Some(value(&snapshots[1]))], began, &schedule);
    }
}

/// The reader looks again at a dataset that did not exist, and lists again to find one that was not listed.
#[test]
fn datasets_that_come_and_go_are_there_or_not_as_at_one_moment() {
    for start in [[Some(1), Some(1)], [None, Some(1)]] {
        for schedule in schedules() {
            let play = Play::new(start, true, move |look| schedule.get(look).copied().unwrap_or(0));
            let began = play.now();
            let (keys, snapshots) = play.reader.snapshots_where(KeyFilter::all(), Together::default()).unwrap();
            assert_eq!((snapshots.moment(), keys.len()), (Moment::Exact, snapshots.len()), "{schedule:?}");
            let of = |name: &str| snapshots.iter().find(|snapshot| snapshot.dataset() == name).map(value);
            play.was_there([of("a"), of("b")], began, &(start, schedule));
        }
    }
}

/// In this schedule, a reader that looked again only at datasets that changed would find the old `a` with the new `b`.
#[test]
fn what_did_not_move_is_looked_at_again_too() {
    // Looks: at a, at b, and again at a; then two changes come before the second look at b.
    let play = Play::new([Some(1), Some(1)], false, |look| if look == 3 { 2 } else { 0 });
    let snapshots = play.reader.snapshots(&play.keys()).unwrap();
    assert_eq!([value(&snapshots[0]), value(&snapshots[1])], [2, 2]);
    assert_eq!(snapshots.moment(), Moment::Exact);
}

/// A change before each look but every seventh. While the reader looks at both datasets, at least two changes come
/// between two looks at one of them, and one of the two is a change of that dataset. If it looks at one dataset alone,
/// it finds it unchanged after some tries.
fn without_pause() -> Play {
    Play::new([Some(1), Some(1)], false, |look| usize::from(look % 7 != 6))
}

#[test]
fn where_writers_never_pause_it_is_told() {
    let play = without_pause();
    let snapshots = play.reader.snapshots_with(&play.keys(), Together::Sought(Duration::ZERO)).unwrap();
    assert_eq!(snapshots.moment(), Moment::GroupsWhole);
    assert!(*play.looks.lock().unwrap() >= 16, "too few passes");
    // Each dataset alone is as it was at some moment.
    let history = play.writer.lock().unwrap().history.clone();
    for (at, snapshot) in snapshots.iter().enumerate() {
        assert!(history.iter().any(|state| state[at] == Some(value(snapshot))));
    }
    play.begin();
    let (keys, snapshots) = play.reader.snapshots_where(KeyFilter::all(), Together::default()).unwrap();
    assert_eq!((keys.len(), snapshots.moment()), (2, Moment::GroupsWhole));
}

#[test]
fn where_writers_never_pause_a_demand_fails_and_says_which_changed() {
    let play = without_pause();
    let demanded = Together::Demanded(Duration::from_millis(20));
    let error = play.reader.snapshots_with(&play.keys(), demanded).unwrap_err();
    let Error::Busy { datasets, waited } = &error else { panic!("{error}") };
    assert!(!datasets.is_empty() && *waited >= Duration::from_millis(20), "{error}");
    assert!(error.to_string().starts_with("no one moment of these datasets was found in "), "{error}");
    // The time is rounded for people.
    assert!([" ms: ", " s: "].iter().any(|unit| error.to_string().contains(unit)), "{error}");
    play.begin();
    let error = play.reader.snapshots_where(KeyFilter::all(), demanded).unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error}");
    let dest = tempfile::tempdir().unwrap();
    let copy = dest.path().join("copy");
    play.begin();
    let error = play.reader.export(&copy, KeyFilter::all()).together(demanded).run().unwrap_err();
    assert!(matches!(error, Error::Busy { .. }) && !copy.exists(), "{error}");
    play.begin();
    assert_eq!(play.reader.export(&copy, KeyFilter::all()).run().unwrap().moment, Moment::GroupsWhole);
}

/// One dataset is always of one moment, so no search is needed.
#[test]
fn one_dataset_is_of_one_moment_however_often_it_is_written() {
    let play = without_pause();
    let demanded = Together::Demanded(Duration::ZERO);
    let [a, _] = play.keys();
    assert_eq!(play.reader.snapshots_with(&[a], demanded).unwrap().moment(), Moment::Exact);
}

/// A reader without a common moment lists the datasets once. A dataset that is made later is left out, although it was
/// made before a change that the reader sees.
#[test]
fn one_dataset_of_a_listing_is_of_no_moment_that_nobody_looked_for() {
    // The folder is listed, then three changes come before the look at `b`: `a` is made and written to, then `b` is.
    let play = Play::new([None, Some(1)], false, |look| if look == 1 { 3 } else { 0 });
    let began = play.now();
    let (keys, snapshots) = play.reader.snapshots_where(KeyFilter::all(), Together::Independently).unwrap();
    assert_eq!((keys.len(), value(&snapshots[0])), (1, 2));
    assert!(!play.writer.lock().unwrap().history[began..].contains(&[None, Some(2)]));
    assert_eq!(snapshots.moment(), Moment::GroupsWhole);
}

#[test]
fn streams_tell_whether_their_datasets_are_of_one_moment() {
    let busy = without_pause();
    let quiet = Play::new([Some(1), Some(1)], false, |_| 0);
    for (play, expected) in [(&busy, Moment::GroupsWhole), (&quiet, Moment::Exact)] {
        let [a, b] = &play.keys();
        let query = || {
            play.begin();
            play.reader.query([a, b]).columns(["time"])
        };
        let resampled = || {
            play.begin();
            play.reader.query([a, b]).resample(10).aggregate("time", [Aggregate::Count])
        };
        let all = || {
            play.begin();
            play.reader.query_where(KeyFilter::all())
        };
        let join = || {
            play.begin();
            play.reader.asof(a).right(b)
        };
        let found = [
            query().intersections().unwrap().moment(),
            query().ordered().unwrap().moment(),
            resampled().batches().unwrap().moment(),
            all().ordered().unwrap().moment(),
            join().batches().unwrap().moment(),
        ];
        assert_eq!(found, [expected; 5]);
    }
    let [a, b] = &busy.keys();
    let timeout = Duration::from_millis(1);
    let busy_of = |error| matches!(error, Error::Busy { .. });
    busy.begin();
    assert!(busy_of(busy.reader.query([a, b]).at_one_moment(timeout).ordered().unwrap_err()));
    busy.begin();
    assert!(busy_of(busy.reader.query([a, b]).at_one_moment(timeout).counts().unwrap_err()));
    busy.begin();
    assert!(busy_of(busy.reader.asof(a).right(b).at_one_moment(timeout).batches().unwrap_err()));
    // Without a common moment there is no search for one.
    busy.begin();
    let moment = busy.reader.query([a, b]).independently().ordered().unwrap().moment();
    assert_eq!(moment, Moment::GroupsWhole);
    let looks = *busy.looks.lock().unwrap();
    assert!(looks < 30, "{looks} looks, as if one moment were looked for");
    assert!(busy.reader.asof(a).right(b).independently().batches().is_ok());
}

/// A dataset whose manifest vanishes between the list and the look was removed, or has lost it. Where that cannot be seen, it
/// is not left out in silence.
#[test]
fn what_cannot_be_told_from_a_lost_manifest_is_not_taken_for_removed() {
    for (is_seen, is_removed) in [(true, false), (false, false), (true, true)] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        super::dataset(&root).write(rows([1, 2])).ordered_on("time").commit().unwrap();
        let fs = FaultFs::counting().watching(move |path| {
            let manifest = root.join("x.opdmd");
            if path != manifest || !manifest.exists() {
                return;
            }
            if is_removed {
                super::dataset(&root).remove().commit().unwrap();
                return;
            }
            std::fs::remove_file(&manifest).unwrap();
            if !is_seen {
                // Who would look for a writer finds something else.
                std::fs::remove_file(root.join("x.lock")).unwrap();
                std::fs::create_dir(root.join("x.lock")).unwrap();
            }
        });
        let store = Store::<AnyKey>::open_with(folder.path(), StoreOptions::new().file_system(fs)).unwrap();
        let found = store.snapshots_where(KeyFilter::all(), Together::default());
        match (is_seen, is_removed) {
            (_, true) => assert!(found.unwrap().0.is_empty()),
            (true, false) => assert!(matches!(found, Err(Error::ManifestLost { files: 1, .. })), "{found:?}"),
            (false, false) => assert!(matches!(found, Err(Error::InTheWay { .. })), "{found:?}"),
        }
    }
}
