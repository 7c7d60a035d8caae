//! Actors at one dataset, one step after the other, in a drawn order. At two stores on one folder there are writers,
//! deleters, compactors, changers of settings and of metadata, and removers; readers that keep their snapshots while
//! the others go on; and writers whose input takes so long that others commit before it is read. After each step the
//! dataset, and every reader's snapshot, is compared with the naive model.

use std::sync::{Arc, Mutex};

use arrow::array::RecordBatchIterator;
use oups_core::{CommitReport, Error, Result, Snapshot};
use oups_tests::stored::{dataset, row_groups};
use oups_tests::table::{Row, from_batches, to_batch};
use oups_tests::tree::tree;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::histories::history::{Op, Options, Ordered, Rule, op};
use crate::histories::look::Look;
use crate::histories::run::{KEY, World, with};

#[derive(Clone, Debug)]
enum Move {
    /// An operation, by the first store or by the second.
    Does(Op, bool),
    Looks,
    /// One of the readers lets go: this number modulo their count.
    LetsGo(usize),
    /// The others act while the rows of a write are read. Perhaps the writer insists on the version that it saw before.
    Amid {
        rows: Vec<Row>,
        options: Options,
        others: Vec<Op>,
        insists: bool,
    },
}

fn ordered() -> impl Strategy<Value = Ordered> {
    prop::sample::select(vec![Ordered::Int, Ordered::Text, Ordered::Time(7)])
}

fn moves(ordered: Ordered) -> impl Strategy<Value = Vec<Move>> {
    let amid = (op(ordered, true), prop::collection::vec(op(ordered, true), 0..4), any::<bool>());
    let amid = amid.prop_filter_map("rows", |(write, others, insists)| match write {
        Op::Write { rows, options, .. } => {
            let keep = Some(options.keep.unwrap_or(Rule::Last));
            Some(Move::Amid { rows, options: Options { keep, ..options }, others, insists })
        }
        _ => None,
    });
    let one = prop_oneof![
        8 => (op(ordered, true), any::<bool>()).prop_map(|(op, second)| Move::Does(op, second)),
        4 => Just(Move::Looks),
        2 => any::<usize>().prop_map(Move::LetsGo),
        2 => amid,
    ];
    prop::collection::vec(one, 1..16)
}

/// A reader, with the rows that it must see as long as it lives.
struct Reader(Snapshot, Vec<Row>);

/// All actors.
struct Stage {
    world: World,
    readers: Vec<Reader>,
    /// The number of steps, and of checks of a reader.
    count: [usize; 2],
}

impl Stage {
    fn does(&mut self, op: &Op) {
        let (model, settings) = (self.world.model.clone(), self.world.settings.clone());
        let expected = self.world.expect(op);
        let found = self.world.act(op);
        if expected.is_none() {
            (self.world.model, self.world.settings) = (model, settings);
        }
        self.compare(expected, &found, op);
    }

    fn compare(&mut self, expected: Option<(usize, usize)>, found: &Result<CommitReport>, what: &dyn std::fmt::Debug) {
        self.count[0] += 1;
        assert_eq!(expected.is_none(), found.is_err(), "{what:?}: {found:?}");
        let world = &self.world;
        let now = Look::at(&world.dataset, world.folder.path(), &world.columns);
        assert_eq!(now.files.is_some(), world.model.exists, "{what:?}");
        if let Some(files) = &now.files {
            assert_eq!(files.rows, world.model.rows(), "{what:?}");
            assert_eq!(files.layout(), world.model.layout(), "{what:?}");
            assert_eq!(files.metadata, world.model.metadata, "{what:?}");
            assert_eq!(files.settings, world.settings.settings(), "{what:?}");
        }
        for Reader(snapshot, rows) in &self.readers {
            self.count[1] += 1;
            assert_eq!(
                &rows_in(snapshot, world),
                rows,
                "a reader of version {}: {what:?}",
                snapshot.version().commit()
            );
        }
    }

    fn looks(&mut self) {
        let snapshot = self.world.dataset.snapshot_if_there().unwrap();
        assert_eq!(snapshot.is_some(), self.world.model.exists);
        self.readers.extend(snapshot.map(|snapshot| Reader(snapshot, self.world.model.rows())));
    }

    /// Nobody reads or writes any more: after two more writes, no file is left over.
    fn is_over(&mut self) {
        self.readers.clear();
        let root = self.world.folder.path().to_owned();
        if self.world.model.exists {
            self.does(&Op::Sync);
            self.does(&Op::Metadata(vec![("over".to_owned(), Some(self.count[0].to_string()))]));
            let now = Look::at(&self.world.dataset, &root, &self.world.columns);
            now.files.as_ref().unwrap().check(&now, "at the end");
            self.does(&Op::Remove);
        }
        // After a removal that readers survived, the next writer clears up.
        let key = self.world.store.parse_key(KEY).unwrap();
        let empty = to_batch(&self.world.columns, &[]).unwrap();
        self.world.dataset.write(empty).ordered_on("at").commit().unwrap();
        self.world.store.dataset(&key).unwrap().remove().commit().unwrap();
        assert_eq!(tree(&root).into_keys().collect::<Vec<_>>(), ["oups.json"]);
    }
}

fn rows_in(snapshot: &Snapshot, world: &World) -> Vec<Row> {
    from_batches(&world.columns, &row_groups(snapshot).concat()).unwrap()
}

fn amid(stage: &Arc<Mutex<Stage>>, rows: &[Row], options: &Options, others: &[Op], insists: bool) {
    let (dataset, columns, before) = {
        let stage = stage.lock().unwrap();
        (stage.world.dataset.clone(), stage.world.columns.clone(), stage.world.dataset.version().unwrap_or_default())
    };
    let batch = to_batch(&columns, rows).unwrap();
    let (schema, ops, at_it) = (batch.schema(), others.to_vec(), stage.clone());
    let late = std::iter::once(batch).map(move |batch| {
        ops.iter().for_each(|op| at_it.lock().unwrap().does(op));
        Ok(batch)
    });
    let write = with(dataset.write(RecordBatchIterator::new(late, schema)).ordered_on("at"), options, Rule::Last);
    let found = if insists { write.if_version(before).commit() } else { write.commit() };
    let mut stage = stage.lock().unwrap();
    if let Err(Error::VersionConflict { expected, found, .. }) = &found {
        assert!(insists && !expected.is(*found) && *expected == before.into());
        return;
    }
    let op = Op::Write { rows: rows.to_vec(), options: options.clone(), metadata: vec![], unsynced: false };
    let (model, settings) = (stage.world.model.clone(), stage.world.settings.clone());
    let expected = stage.world.expect(&op);
    if expected.is_none() {
        (stage.world.model, stage.world.settings) = (model, settings);
    }
    stage.compare(expected, &found, &("amid", others, op));
}

fn play(ordered: Ordered, moves: &[Move]) -> [usize; 2] {
    let world = World::new(ordered);
    let second = oups_core::Store::open(world.folder.path()).unwrap();
    let mut handles = [world.dataset.clone(), dataset(&second, KEY)];
    let stage = Arc::new(Mutex::new(Stage { world, readers: Vec::new(), count: [0, 0] }));
    for one in moves {
        match one {
            Move::Does(op, second) => {
                let mut stage = stage.lock().unwrap();
                stage.world.dataset = handles[usize::from(*second)].clone();
                stage.does(op);
            }
            Move::Looks => stage.lock().unwrap().looks(),
            Move::LetsGo(reader) => {
                let mut stage = stage.lock().unwrap();
                let readers = stage.readers.len();
                if readers > 0 {
                    stage.readers.swap_remove(reader % readers);
                }
            }
            Move::Amid { rows, options, others, insists } => amid(&stage, rows, options, others, *insists),
        }
        handles.reverse();
    }
    let mut stage = stage.lock().unwrap();
    stage.is_over();
    stage.count
}

#[test]
fn in_whatever_order_they_come_everybody_sees_what_the_model_says() {
    let cases = if super::is_long() { 2_000 } else { 120 };
    let config = ProptestConfig { cases, rng_seed: RngSeed::Fixed(4), failure_persistence: None, ..Default::default() };
    let counts = Mutex::new([0, 0]);
    let plays = ordered().prop_flat_map(|ordered| (Just(ordered), moves(ordered)));
    proptest!(config, |((ordered, moves) in plays)| {
        let [steps, looks] = play(ordered, &moves);
        let mut counts = counts.lock().unwrap();
        *counts = [counts[0] + steps, counts[1] + looks];
    });
    let [steps, looks] = counts.into_inner().unwrap();
    println!("{cases} plays, {steps} steps of writers, after which {looks} times a reader was looked at");
}
