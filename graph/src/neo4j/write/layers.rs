//! Rows in two layers: what the database holds, as far as it was asked, and what the commit writes over it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

/// Rows by key.
pub(super) struct Layered<K, V> {
    stored: HashMap<K, V>,
    written: HashMap<K, V>,
}

impl<K, V> Default for Layered<K, V> {
    fn default() -> Self {
        Layered { stored: HashMap::new(), written: HashMap::new() }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Layered<K, V> {
    /// The row as the commit sees it; none when the database was not asked for it.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.written.get(key).or_else(|| self.stored.get(key))
    }

    /// The row as it was before the commit.
    pub fn stored(&self, key: &K) -> Option<&V> {
        self.stored.get(key)
    }

    /// Takes note of what the database holds.
    pub fn learn(&mut self, key: K, value: V) {
        self.stored.insert(key, value);
    }

    pub fn write(&mut self, key: K, value: V) {
        self.written.insert(key, value);
    }

    /// The row to be changed, when it is known.
    pub fn change(&mut self, key: &K) -> Option<&mut V> {
        if !self.written.contains_key(key) {
            let stored = self.stored.get(key)?.clone();
            self.written.insert(key.clone(), stored);
        }
        self.written.get_mut(key)
    }

    /// What the commit writes, in no order.
    pub fn written(&self) -> impl Iterator<Item = (&K, &V)> {
        self.written.iter()
    }

    pub fn undo(&mut self) {
        self.written.clear();
    }

    /// What was written is stored now.
    pub fn keep(&mut self) {
        self.stored.extend(self.written.drain());
    }

    pub fn len(&self) -> usize {
        self.stored.len()
    }
}

/// Sets by key, such as the columns of a dataset.
pub(super) struct Members<K, V> {
    stored: HashMap<K, BTreeSet<V>>,
    added: BTreeMap<K, BTreeSet<V>>,
    removed: BTreeMap<K, BTreeSet<V>>,
}

impl<K, V> Default for Members<K, V> {
    fn default() -> Self {
        Members { stored: HashMap::new(), added: BTreeMap::new(), removed: BTreeMap::new() }
    }
}

impl<K: Eq + Hash + Ord + Clone, V: Ord + Clone> Members<K, V> {
    /// All members as the commit sees them; none when the database was not asked. Of a key that is new it holds none.
    pub fn all(&self, key: &K, is_new: bool) -> Option<BTreeSet<V>> {
        let mut all = match self.stored.get(key) {
            Some(stored) => stored.clone(),
            None if is_new => BTreeSet::new(),
            None => return None,
        };
        all.extend(self.added.get(key).into_iter().flatten().cloned());
        for member in self.removed.get(key).into_iter().flatten() {
            all.remove(member);
        }
        Some(all)
    }

    pub fn learn(&mut self, key: K, members: BTreeSet<V>) {
        self.stored.insert(key, members);
    }

    pub fn add(&mut self, key: K, member: V) {
        if !self.removed.get_mut(&key).is_some_and(|removed| removed.remove(&member)) {
            self.added.entry(key).or_default().insert(member);
        }
    }

    pub fn remove(&mut self, key: K, member: V) {
        if !self.added.get_mut(&key).is_some_and(|added| added.remove(&member)) {
            self.removed.entry(key).or_default().insert(member);
        }
    }

    pub fn added(&self) -> impl Iterator<Item = (&K, &V)> {
        self.added.iter().flat_map(|(key, members)| members.iter().map(move |member| (key, member)))
    }

    pub fn undo(&mut self) {
        self.added.clear();
        self.removed.clear();
    }

    /// What was written is stored now; of a key that was not asked for nothing is known still, unless it is new.
    pub fn keep(&mut self, is_new: impl Fn(&K) -> bool) {
        for (key, members) in std::mem::take(&mut self.added) {
            if is_new(&key) {
                self.stored.entry(key).or_default().extend(members);
            } else if let Some(stored) = self.stored.get_mut(&key) {
                stored.extend(members);
            }
        }
        for (key, members) in std::mem::take(&mut self.removed) {
            if let Some(stored) = self.stored.get_mut(&key) {
                stored.retain(|member| !members.contains(member));
            }
        }
    }
}
