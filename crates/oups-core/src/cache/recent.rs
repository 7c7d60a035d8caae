//! A cache of the values that were asked for last.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::{fmt, mem};

use super::try_mutex::TryMutex;

/// Values by key, whose weights together are bounded.
///
/// The cache has two generations. A value that is added or asked for goes into the young one. When the young one has
/// half of the allowed weight it becomes the old one, and the values of the former old one are dropped. So a value is
/// dropped unless it is asked for while it is in the old generation.
///
/// In a forked child, a cache that another thread holds is skipped: a miss is always correct.
pub(crate) struct Cache<K, V> {
    most: usize,
    generations: TryMutex<Generations<K, V>>,
}

/// Values that left the cache. Freeing them may take long, so that is done outside of the mutex.
type Forgotten<K, V> = (Option<HashMap<K, (V, usize)>>, Option<(V, usize)>);

struct Generations<K, V> {
    young: HashMap<K, (V, usize)>,
    old: HashMap<K, (V, usize)>,
    /// The weight of the young generation.
    weight: usize,
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    /// A cache of at most this weight; 0 caches nothing. Else the value that was added last stays, whatever it weighs.
    pub(crate) fn new(most: usize) -> Self {
        let generations = Generations { young: HashMap::new(), old: HashMap::new(), weight: 0 };
        Self { most, generations: TryMutex::new(generations) }
    }

    /// The value of a key, if the cache has it.
    pub(crate) fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let (value, forgotten) = self.generations.with(|generations| {
            if let Some((value, _)) = generations.young.get(key) {
                return (Some(value.clone()), None);
            }
            let Some((key, (value, weight))) = generations.old.remove_entry(key) else { return (None, None) };
            (Some(value.clone()), Some(generations.add(key, value, weight, self.most)))
        })?;
        drop(forgotten);
        value
    }

    /// Adds a value.
    pub(crate) fn insert(&self, key: K, value: V, weight: usize) {
        if self.most == 0 {
            return;
        }
        drop(self.generations.with(|generations| generations.add(key, value, weight, self.most)));
    }
}

impl<K: Eq + Hash, V> Generations<K, V> {
    /// Adds a value to the young generation. Returns the old generation if it is dropped, and the key's former value.
    fn add(&mut self, key: K, value: V, weight: usize, most: usize) -> Forgotten<K, V> {
        let mut dropped = None;
        if self.weight.saturating_add(weight) > most / 2 {
            dropped = Some(mem::replace(&mut self.old, mem::take(&mut self.young)));
            self.weight = 0;
        }
        let former = self.young.insert(key, (value, weight));
        if let Some((_, former)) = &former {
            self.weight = self.weight.saturating_sub(*former);
        }
        self.weight = self.weight.saturating_add(weight);
        (dropped, former)
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("most", &self.most).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_values_stay_and_the_weight_is_bounded() {
        let cache = Cache::new(20);
        for key in 0..100_u64 {
            cache.insert(key, key, 1);
            assert_eq!(cache.get(&0), Some(0), "it is asked for all the time");
            let kept = cache.generations.with(|generations| generations.young.len() + generations.old.len()).unwrap();
            assert!(kept <= 20, "{kept} after {key}");
        }
        assert_eq!((cache.get(&50), cache.get(&99)), (None, Some(99)));
        cache.insert(7, 7, 1000);
        assert_eq!(cache.get(&7), Some(7), "the last one is kept, whatever it weighs");
        cache.insert(7, 8, 1);
        assert_eq!(cache.get(&7), Some(8));
    }

    #[test]
    fn a_cache_of_nothing_is_empty() {
        let cache = Cache::new(0);
        cache.insert(1, 1, 0);
        assert_eq!(cache.get(&1), None);
    }
}
