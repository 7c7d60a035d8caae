//! A disk by the strictest reading of POSIX: live bytes and durable bytes are two things.
//!
//! It takes the events of a process, and gives what a power loss may leave. Whatever was not synced is lost, kept, or
//! torn, each file and each change of a folder on its own. Syncing a file does not make its name durable. Changes of a
//! folder that was not synced survive in any combination. Renaming is atomic.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

/// One thing that a process did to the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new, empty file.
    Create(String),
    /// Bytes at the end of a file.
    Append(String, Vec<u8>),
    /// The file holds these bytes now (it was truncated, then written).
    Replace(String, Vec<u8>),
    /// The file's bytes are durable.
    SyncFile(String),
    /// The folder's names are durable.
    SyncDir(String),
    /// The first path became the second.
    Rename(String, String),
    /// The file's name is gone.
    Remove(String),
    /// A new folder.
    MakeDir(String),
    /// The empty folder is gone.
    RemoveDir(String),
}

impl Event {
    /// The event as a death in the middle of it leaves it. Only a write can be torn.
    #[must_use]
    pub fn torn(&self) -> Option<Self> {
        match self {
            Self::Append(path, bytes) => Some(Self::Append(path.clone(), bytes[..bytes.len() / 2].to_vec())),
            Self::Replace(path, bytes) => Some(Self::Replace(path.clone(), bytes[..bytes.len() / 2].to_vec())),
            _ => None,
        }
    }
}

/// What a power loss does to bytes and names that were not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsynced {
    /// All is kept: the process died, the machine did not.
    AllKept,
    /// All is lost.
    AllLost,
    /// Each change is kept or lost, drawn from this seed.
    Drawn(u64),
}

/// Files with their bytes, and folders (`None`), by path with `/`.
pub type Image = BTreeMap<String, Option<Vec<u8>>>;

/// Writes an image as a folder.
///
/// # Panics
///
/// If it cannot be written.
pub fn write_image(image: &Image, root: &Path) {
    fs::create_dir_all(root).unwrap();
    for (path, content) in image {
        match content {
            None => fs::create_dir(root.join(path)).unwrap(),
            Some(bytes) => fs::write(root.join(path), bytes).unwrap(),
        }
    }
}

/// A path below the root, with `/`.
#[must_use]
pub fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let names = below.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    names.collect::<Vec<_>>().join("/")
}

#[derive(Clone, Debug)]
enum Node {
    File { live: Vec<u8>, durable: Vec<u8> },
    Dir { live: BTreeMap<String, usize>, durable: BTreeMap<String, usize>, pending: Vec<Change> },
}

/// A change of one folder's names.
#[derive(Clone, Debug)]
struct Change {
    /// The two halves of a rename from one folder to another share a number.
    number: u64,
    removed: Option<String>,
    set: Option<(String, usize)>,
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        if let Some(name) = &self.removed {
            names.remove(name);
        }
        names.extend(self.set.clone());
    }
}

/// The disk: live and durable content of every file and folder.
#[derive(Clone, Debug)]
pub struct Disk {
    nodes: Vec<Node>,
    changes: u64,
}

const ROOT: usize = 0;

impl Disk {
    /// A disk that holds the content of the folder, all of it durable.
    ///
    /// # Panics
    ///
    /// If the folder cannot be read.
    #[must_use]
    pub fn holding(folder: &Path) -> Self {
        let mut disk = Self { nodes: Vec::new(), changes: 0 };
        disk.load(folder);
        disk
    }

    fn load(&mut self, folder: &Path) -> usize {
        let at = self.nodes.len();
        self.nodes.push(Node::Dir { live: BTreeMap::new(), durable: BTreeMap::new(), pending: Vec::new() });
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let node = if entry.file_type().unwrap().is_dir() {
                self.load(&entry.path())
            } else {
                let bytes = fs::read(entry.path()).unwrap();
                self.nodes.push(Node::File { live: bytes.clone(), durable: bytes });
                self.nodes.len() - 1
            };
            names.insert(entry.file_name().to_string_lossy().into_owned(), node);
        }
        self.nodes[at] = Node::Dir { live: names.clone(), durable: names, pending: Vec::new() };
        at
    }

    /// Applies an event of the process.
    ///
    /// # Panics
    ///
    /// If the event is impossible, such as one of a file that does not exist.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Create(path) => {
                let node = self.push(Node::File { live: Vec::new(), durable: Vec::new() });
                self.change(path, None, Some(node));
            }
            Event::MakeDir(path) => {
                let node =
                    self.push(Node::Dir { live: BTreeMap::new(), durable: BTreeMap::new(), pending: Vec::new() });
                self.change(path, None, Some(node));
            }
            Event::Append(path, bytes) => self.content(path).extend_from_slice(bytes),
            Event::Replace(path, bytes) => *self.content(path) = bytes.clone(),
            Event::SyncFile(path) => {
                let node = self.find(path);
                if let Node::File { live, durable } = &mut self.nodes[node] {
                    durable.clone_from(live);
                }
            }
            Event::SyncDir(path) => self.sync_dir(path),
            Event::Remove(path) | Event::RemoveDir(path) => self.change(path, Some(()), None),
            Event::Rename(from, to) => self.rename(from, to),
        }
    }

    fn push(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn find(&self, path: &str) -> usize {
        path.split('/').filter(|name| !name.is_empty()).fold(ROOT, |at, name| match &self.nodes[at] {
            Node::Dir { live, .. } => *live.get(name).unwrap_or_else(|| panic!("{path} is not there")),
            Node::File { .. } => panic!("{path} leads through a file"),
        })
    }

    fn content(&mut self, path: &str) -> &mut Vec<u8> {
        let node = self.find(path);
        match &mut self.nodes[node] {
            Node::File { live, .. } => live,
            Node::Dir { .. } => panic!("{path} is a folder"),
        }
    }

    fn change(&mut self, path: &str, removed: Option<()>, set: Option<usize>) {
        self.changes += 1;
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let change = Change {
            number: self.changes,
            removed: removed.map(|()| name.to_owned()),
            set: set.map(|node| (name.to_owned(), node)),
        };
        self.add(folder, change);
    }

    fn add(&mut self, folder: &str, change: Change) {
        let node = self.find(folder);
        if let Node::Dir { live, pending, .. } = &mut self.nodes[node] {
            change.apply(live);
            pending.push(change);
        }
    }

    fn rename(&mut self, from: &str, to: &str) {
        self.changes += 1;
        let node = self.find(from);
        let split = |path: &str| {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            (folder.to_owned(), name.to_owned())
        };
        let ((left, old), (right, new)) = (split(from), split(to));
        let number = self.changes;
        if left == right {
            self.add(&left, Change { number, removed: Some(old), set: Some((new, node)) });
        } else {
            self.add(&left, Change { number, removed: Some(old), set: None });
            self.add(&right, Change { number, removed: None, set: Some((new, node)) });
        }
    }

    fn sync_dir(&mut self, path: &str) {
        let node = self.find(path);
        let Node::Dir { live, durable, pending } = &mut self.nodes[node] else { return };
        durable.clone_from(live);
        let synced: Vec<u64> = std::mem::take(pending).iter().map(|change| change.number).collect();
        // The other half of a rename out of or into this folder.
        for node in &mut self.nodes {
            let Node::Dir { durable, pending, .. } = node else { continue };
            for change in pending.iter().filter(|change| synced.contains(&change.number)) {
                change.apply(durable);
            }
            pending.retain(|change| !synced.contains(&change.number));
        }
    }

    /// The content after a power loss.
    #[must_use]
    pub fn after(&self, unsynced: Unsynced) -> Image {
        let mut image = Image::new();
        self.collect(ROOT, "", unsynced, &mut image);
        image
    }

    fn collect(&self, at: usize, prefix: &str, unsynced: Unsynced, image: &mut Image) {
        let Node::Dir { live, durable, pending } = &self.nodes[at] else { return };
        let names = match unsynced {
            Unsynced::AllKept => live.clone(),
            Unsynced::AllLost => durable.clone(),
            Unsynced::Drawn(seed) => {
                let mut names = durable.clone();
                pending
                    .iter()
                    .filter(|change| draw(seed, change.number).is_multiple_of(2))
                    .for_each(|change| change.apply(&mut names));
                names
            }
        };
        for (name, node) in names {
            let path = format!("{prefix}{name}");
            match &self.nodes[node] {
                Node::Dir { .. } => {
                    image.insert(path.clone(), None);
                    self.collect(node, &format!("{path}/"), unsynced, image);
                }
                Node::File { live, durable } => {
                    image.insert(path, Some(surviving(live, durable, unsynced, node)));
                }
            }
        }
    }
}

fn surviving(live: &[u8], durable: &[u8], unsynced: Unsynced, node: usize) -> Vec<u8> {
    match unsynced {
        Unsynced::AllKept => live.to_vec(),
        Unsynced::AllLost => durable.to_vec(),
        Unsynced::Drawn(_) if live == durable => live.to_vec(),
        Unsynced::Drawn(seed) => match draw(seed, 1 << 32 | node as u64) % 4 {
            0 => live.to_vec(),
            1 => durable.to_vec(),
            2 => live[..live.len() / 2].to_vec(),
            // Length without content, as some file systems leave it.
            _ => vec![0; live.len()],
        },
    }
}

/// A number drawn from both.
#[must_use]
pub fn draw(seed: u64, number: u64) -> u64 {
    let mut value = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (value ^ (value >> 31)) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(disk: &Disk, unsynced: Unsynced) -> Vec<String> {
        disk.after(unsynced).into_keys().collect()
    }

    #[test]
    fn what_is_not_synced_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let mut disk = Disk::holding(folder.path());
        let text = |text: &str| text.to_owned();
        for event in [
            Event::MakeDir(text("a")),
            Event::Create(text("a/x.tmp")),
            Event::Append(text("a/x.tmp"), b"1234".to_vec()),
            Event::SyncFile(text("a/x.tmp")),
            Event::Rename(text("a/x.tmp"), text("a/x")),
            Event::SyncDir(text("a")),
        ] {
            disk.apply(&event);
        }
        assert_eq!(names(&disk, Unsynced::AllKept), ["a", "a/x"]);
        assert_eq!(names(&disk, Unsynced::AllLost), [""; 0], "the folder's own name was not synced");
        disk.apply(&Event::SyncDir(String::new()));
        disk.apply(&Event::Append(text("a/x"), b"5678".to_vec()));
        disk.apply(&Event::Remove(text("a/x")));
        assert_eq!(names(&disk, Unsynced::AllKept), ["a"]);
        assert_eq!(disk.after(Unsynced::AllLost)["a/x"].as_deref(), Some(b"1234".as_slice()));
        let drawn: Vec<Vec<String>> = (0..20).map(|seed| names(&disk, Unsynced::Drawn(seed))).collect();
        assert!(drawn.contains(&vec![text("a")]) && drawn.contains(&vec![text("a"), text("a/x")]));
    }
}
