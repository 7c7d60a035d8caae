//! The machine goes off after any operation of any kind of commit, and again while the next writer clears up.
//!
//! Each kind is done once, and its operations on the disk are recorded. The model of a disk ([`oups_tests::disk`]) then
//! gives what a death at any moment leaves. That is written as a folder, and opened.

use std::collections::HashSet;
use std::path::Path;

use oups_tests::disk::{Disk, Event, Image, Unsynced, draw, write_image};
use oups_tests::fault_fs::FaultFs;
use oups_tests::scratch;

use super::acts::{KINDS, Kind};
use super::state::{
    Seen, after_next, create, is_damage, is_exhaustive, look, next_write, next_write_is_whole, open, repair_keeps,
    try_look,
};

/// How much is tried. The full effort takes minutes, and is for `OUPS_CRASH=exhaustive`.
struct Effort {
    /// Draws per moment.
    draws: u64,
    /// One in `again` folders meets another power loss while the next writer works.
    again: u64,
    /// At one in `dead` moments the process dies first, and the machine goes off while the next writer works.
    dead: u64,
}

fn effort() -> Effort {
    if is_exhaustive() { Effort { draws: 12, again: 8, dead: 2 } } else { Effort { draws: 3, again: 200, dead: 40 } }
}

#[test]
fn every_commit_survives_a_power_loss_at_every_moment() {
    let counts: Vec<Counts> = std::thread::scope(|scope| {
        let halves = KINDS.chunks(KINDS.len().div_ceil(2));
        let threads: Vec<_> =
            halves.map(|kinds| scope.spawn(|| kinds.iter().map(all_moments_of).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let tried: usize = counts.iter().map(|counts| counts.tried).sum();
    let again: usize = counts.iter().map(|counts| counts.again).sum();
    let different: usize = counts.iter().map(|counts| counts.images.len() + counts.followed).sum();
    println!("{tried} moments of power loss, {again} of them during recovery; {different} different folders opened");
    assert!(tried > 3000, "{tried} moments");
}

#[derive(Default)]
struct Counts {
    tried: usize,
    again: usize,
    /// Different folders that were opened among `again`.
    followed: usize,
    /// Folders that were checked: an equal one is not checked again.
    images: HashSet<(Image, bool)>,
}

/// The process dies, but the machine does not. The next writer finds changes that nobody made durable, and then the
/// machine goes off.
fn death_then_power_loss(case: &Case<'_>, disk: &Disk, at: &str, counts: &mut Counts) {
    let live = next_write_at_risk(case, &disk.after(Unsynced::AllKept), disk, &case.states[..1], at, counts);
    assert!(live.is_none() || case.states.contains(&live), "{at}: {live:?}");
}

/// The next writer clears up the folder `there`, whose changes `disk` may not have made durable, and the machine goes
/// off meanwhile. Until the write is over, the state may be the one before or one of `others`. Returns the state
/// before.
fn next_write_at_risk(
    case: &Case<'_>,
    there: &Image,
    disk: &Disk,
    others: &[Seen],
    at: &str,
    counts: &mut Counts,
) -> Seen {
    let root = case.scratch.join("next");
    write_image(there, &root);
    let seen = look(&root);
    let fs = FaultFs::counting().recording(&root);
    next_write(&open(Some(&fs), &root).unwrap()).unwrap();
    std::fs::remove_dir_all(&root).unwrap();
    let (mut disk, events) = (disk.clone(), fs.events());
    let mut checked = HashSet::new();
    for moment in 0..=events.len() {
        let is_over = moment == events.len();
        for (image, how) in images(&disk, events.get(moment), moment as u64) {
            counts.tried += 1;
            counts.again += 1;
            if !checked.insert((image.clone(), is_over)) {
                continue;
            }
            let at = format!("{at}; power loss after {moment} of {} in the next write, {how}", events.len());
            write_image(&image, &root);
            let found = try_look(&root).unwrap_or_else(|error| panic!("{at}: {error}"));
            let is_done = found.as_ref().is_some_and(|(rows, ..)| *rows == after_next(&seen));
            let is_before = found == seen || others.contains(&found);
            assert!(is_done || is_before && !is_over, "{at}: neither old nor new: {found:?}");
            next_write_is_whole(&root, found, &at);
            std::fs::remove_dir_all(&root).unwrap();
        }
        events.get(moment).iter().for_each(|event| disk.apply(event));
    }
    counts.followed += checked.len();
    seen
}

/// The states that a death in a kind of commit may leave.
struct Case<'a> {
    kind: &'a Kind,
    /// Every state from the last durable one on: before, and after each act.
    states: Vec<Seen>,
    scratch: &'a Path,
}

fn all_moments_of(kind: &Kind) -> Counts {
    let scratch = scratch();
    let root = scratch.path().join("live");
    create(&root);
    let mut disk = Disk::holding(&root);
    let mut states = vec![look(&root)];
    let acts: Vec<_> = kind.before.iter().chain([&kind.act]).collect();
    let mut last = Vec::new();
    for (number, act) in acts.iter().enumerate() {
        let fs = FaultFs::counting().recording(&root);
        act(&open(Some(&fs), &root).unwrap()).unwrap();
        states.push(look(&root));
        last = fs.events();
        if number + 1 < acts.len() {
            last.iter().for_each(|event| disk.apply(event));
        }
    }
    let kept = states.len() - kind.unsynced.max(1) - 1;
    let case = Case { kind, states: states.split_off(kept), scratch: scratch.path() };
    let mut counts = Counts::default();
    for moment in 0..=last.len() {
        let at = format!(
            "{}: death after {} of {} ({:?})",
            kind.name,
            moment,
            last.len(),
            last.get(moment.wrapping_sub(1)).map(short)
        );
        let is_over = moment == last.len();
        for (image, how) in images(&disk, last.get(moment), moment as u64) {
            check(&case, image, is_over, &format!("{at}, {how}"), &mut counts);
        }
        let place = KINDS.iter().position(|other| other.name == kind.name).unwrap_or_default();
        if kind.unsynced == 0 && draw(place as u64, moment as u64).is_multiple_of(effort().dead) {
            death_then_power_loss(&case, &disk, &at, &mut counts);
        }
        last.get(moment).iter().for_each(|event| disk.apply(event));
    }
    counts
}

fn short(event: &Event) -> String {
    format!("{event:?}").chars().take(90).collect()
}

/// The folders that a power loss may leave, now or in the middle of the next operation.
fn images(disk: &Disk, next: Option<&Event>, seed: u64) -> Vec<(Image, String)> {
    let draws = (0..effort().draws).map(|number| Unsynced::Drawn(seed * 1000 + number));
    let kinds: Vec<Unsynced> = [Unsynced::AllKept, Unsynced::AllLost].into_iter().chain(draws).collect();
    let mut images: Vec<_> = kinds.iter().map(|&kind| (disk.after(kind), format!("{kind:?}"))).collect();
    if let Some(torn) = next.and_then(Event::torn) {
        let mut disk = disk.clone();
        disk.apply(&torn);
        images.extend(kinds.iter().map(|&kind| (disk.after(kind), format!("torn, {kind:?}"))));
    }
    images
}

fn check(case: &Case<'_>, image: Image, is_over: bool, at: &str, counts: &mut Counts) {
    counts.tried += 1;
    if !counts.images.insert((image.clone(), is_over)) {
        return;
    }
    let root = case.scratch.join("hit");
    write_image(&image, &root);
    if case.kind.unsynced > 0 {
        check_unsynced(case, &root, is_over, at);
    } else {
        let seen = try_look(&root).unwrap_or_else(|error| panic!("{at}: {error}"));
        let (old, new) = (&case.states[0], &case.states[1]);
        assert!(seen == *new || seen == *old && !is_over, "{at}: neither old nor new: {seen:?}");
        if draw(counts.tried as u64, 7).is_multiple_of(effort().again) {
            again(case, &image, at, counts);
        }
        next_write_is_whole(&root, seen, at);
    }
    std::fs::remove_dir_all(&root).unwrap();
}

/// Checks for one of the states since the last synced commit, or for damage that is noticed and repaired without losing
/// its rows.
fn check_unsynced(case: &Case<'_>, root: &Path, is_over: bool, at: &str) {
    match try_look(root) {
        seen if is_over && case.kind.ends_synced => assert_eq!(Some(&seen.unwrap()), case.states.last(), "{at}"),
        Ok(seen) => assert!(case.states.contains(&seen), "{at}: never a state: {seen:?}"),
        Err(error) if is_damage(&error) => repair_keeps(root, &case.states[0], at),
        Err(error) => panic!("{at}: {error}"),
    }
}

/// The next writer meets the result of the first power loss, and the machine goes off once more.
fn again(case: &Case<'_>, image: &Image, at: &str, counts: &mut Counts) {
    let root = case.scratch.join("again");
    write_image(image, &root);
    let disk = Disk::holding(&root);
    std::fs::remove_dir_all(&root).unwrap();
    next_write_at_risk(case, image, &disk, &[], &format!("{at}; again"), counts);
}
