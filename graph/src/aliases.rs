//! Names that mean the same dataset, as links in memory: symlinks and renames from the store, and namespace rules of
//! the configuration. Classes are made on read, as of a revision; nothing stored is rewritten.

use std::collections::HashMap;

use crate::apply::AliasChange;
use crate::ids::Revision;
use crate::model::{AliasReason, NodeName, QualifiedName};
use crate::names::{self, Rewrites};

/// One link of a dataset to another name of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub other: u32,
    pub role: Role,
    pub since: u32,
    pub until: u32,
}

/// What the owner of a link is to `other`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// `other` is its logical name.
    Physical,
    /// It is a logical name of `other`.
    Logical,
    /// `other` is its name from before.
    New,
    /// It is the name that `other` had before.
    Old,
    /// A namespace rule makes their names one.
    Rewritten,
}

#[derive(Clone, Default)]
pub(crate) struct Aliases {
    links: HashMap<u32, Vec<Link>>,
    names: HashMap<u32, QualifiedName>,
    rewrites: Rewrites,
    /// Datasets by their name after rewriting, when a rule changes the name of at least one.
    rewritten: HashMap<String, Vec<u32>>,
}

impl Aliases {
    pub fn new(rewrites: Rewrites) -> Aliases {
        Aliases { rewrites, ..Aliases::default() }
    }

    /// True when nothing but stored links can make a class.
    pub fn without_rules(&self) -> bool {
        self.rewrites.is_empty()
    }

    pub fn is_linked(&self, node: u32) -> bool {
        self.links.contains_key(&node)
    }

    /// Datasets with a link to another.
    pub fn linked(&self) -> impl Iterator<Item = u32> + '_ {
        self.links.keys().copied()
    }

    /// A dataset and all that are or were linked with it, over any number of links.
    pub fn ever_linked(&self, node: u32) -> Vec<u32> {
        let mut found = vec![node];
        let mut next = 0;
        while let Some(&member) = found.get(next) {
            next += 1;
            for link in self.links.get(&member).into_iter().flatten() {
                if !found.contains(&link.other) {
                    found.push(link.other);
                }
            }
        }
        found
    }

    /// Datasets that one of this name is one with by the rules.
    pub fn would_join(&self, name: &QualifiedName) -> &[u32] {
        self.by_rewritten(&self.shown(name))
    }

    pub fn apply(&mut self, change: AliasChange) {
        match change {
            AliasChange::Begin { node, other, reason, since, until } => {
                let (mine, theirs) = match reason {
                    AliasReason::Symlink => (Role::Physical, Role::Logical),
                    AliasReason::Rename => (Role::New, Role::Old),
                };
                self.link(node, Link { other, role: mine, since, until });
                self.link(other, Link { other: node, role: theirs, since, until });
            }
            AliasChange::End { node, other, until } => {
                for (from, to) in [(node, other), (other, node)] {
                    let links = self.links.entry(from).or_default();
                    for link in links.iter_mut().filter(|l| l.other == to && l.until == Revision::OPEN.0) {
                        link.until = until;
                    }
                }
            }
        }
    }

    fn link(&mut self, node: u32, link: Link) {
        self.links.entry(node).or_default().push(link);
    }

    /// Takes note of a dataset that is new or got another name, and of whether it has, or had, other names; true when a
    /// rule makes it one with another.
    pub fn add_dataset(&mut self, node: u32, name: &QualifiedName, aliased: bool) -> bool {
        if aliased || !self.rewrites.is_empty() {
            self.names.insert(node, name.clone());
        }
        if self.rewrites.is_empty() {
            return false;
        }
        let shown = self.shown(name);
        let key = rewritten_key(&shown);
        let fellows = self.rewritten.entry(key).or_default();
        if fellows.contains(&node) {
            return false;
        }
        fellows.push(node);
        let fellows = fellows.clone();
        let forever = |other| Link { other, role: Role::Rewritten, since: 0, until: Revision::OPEN.0 };
        for &other in fellows.iter().filter(|&&other| other != node) {
            self.link(node, forever(other));
            self.link(other, forever(node));
        }
        fellows.len() > 1
    }

    /// Datasets that a rewritten name stands for.
    pub fn by_rewritten(&self, name: &QualifiedName) -> &[u32] {
        self.rewritten.get(&rewritten_key(name)).map_or(&[], Vec::as_slice)
    }

    /// The name with the namespace that the rules give it.
    pub fn shown(&self, name: &QualifiedName) -> QualifiedName {
        match self.rewrites.apply(&name.namespace) {
            Some(namespace) => QualifiedName { namespace, name: name.name.clone() },
            None => name.clone(),
        }
    }

    /// All datasets that are one with this one at `at`, the representative first.
    pub fn class(&self, node: u32, at: Revision) -> Vec<u32> {
        let mut class = vec![node];
        let mut next = 0;
        while let Some(&member) = class.get(next) {
            next += 1;
            for link in self.valid(member, at) {
                if !class.contains(&link.other) && self.merges(member, link, at) {
                    class.push(link.other);
                }
            }
        }
        class.sort_by_cached_key(|&member| self.rank(member, at));
        class
    }

    fn valid(&self, node: u32, at: Revision) -> impl Iterator<Item = &Link> {
        self.links.get(&node).into_iter().flatten().filter(move |l| l.since <= at.0 && at.0 < l.until)
    }

    /// A symlink makes two names one only while the physical dataset has no second logical name.
    fn merges(&self, node: u32, link: &Link, at: Revision) -> bool {
        match link.role {
            Role::Physical => self.logical_names(node, at) == 1,
            Role::Logical => self.logical_names(link.other, at) == 1,
            Role::New | Role::Old | Role::Rewritten => true,
        }
    }

    fn logical_names(&self, node: u32, at: Revision) -> usize {
        self.valid(node, at).filter(|l| l.role == Role::Physical).count()
    }

    /// Logical names before physical ones, new before old, names that need no rewriting before others, then by name.
    fn rank(&self, node: u32, at: Revision) -> (bool, bool, bool, Option<&QualifiedName>) {
        let has = |role| self.valid(node, at).any(|l| l.role == role);
        let name = self.names.get(&node);
        let rewritten = name.is_some_and(|n| self.rewrites.apply(&n.namespace).is_some());
        (has(Role::Physical), has(Role::Old), rewritten, name)
    }

    /// The physical dataset that a name leads to without being one with it.
    pub fn leads_to(&self, node: u32, at: Revision) -> Option<u32> {
        let mut physical = self.valid(node, at).filter(|l| l.role == Role::Logical);
        let first = physical.next()?;
        (!self.merges(node, first, at)).then_some(first.other)
    }
}

fn rewritten_key(name: &QualifiedName) -> String {
    format!("{}\n{}", names::namespace_key(&name.namespace), names::key(&NodeName::Dataset(name.clone())))
}
