//! Facets of datasets and jobs: a slot holds the newest by order key, and what it means becomes part of the node.

use std::collections::BTreeSet;

use super::Apply;
use super::nodes::Mention;
use super::outcome::AliasChange;
use super::outcome::flag;
use super::tables::{Group, Tables};
use crate::change::{Aspect, Assertion, FacetValue};
use crate::ids::{ContentId, OrderKey};
use crate::model::*;
use crate::records::{Body, ContentRecord, KeyRecord, Register, Slot};
use crate::store::Result;

/// Which aspect a slot stands for, so that it can be taken away when the facet is.
const KINDS: [&str; 13] = [
    "",
    "schema",
    "documentation",
    "owners",
    "tags",
    "source",
    "type",
    "storage",
    "lifecycle",
    "query",
    "code",
    "location",
    "job type",
];

fn kind_of(aspect: &Aspect) -> u8 {
    let name = match aspect {
        Aspect::Schema(_) => "schema",
        Aspect::Documentation(_) => "documentation",
        Aspect::Ownership(_) => "owners",
        Aspect::Tags { .. } => "tags",
        Aspect::Source(_) => "source",
        Aspect::Type(_) => "type",
        Aspect::Storage(_) => "storage",
        Aspect::Lifecycle { .. } => "lifecycle",
        Aspect::Query(_) => "query",
        Aspect::SourceCode(_) => "code",
        Aspect::SourceLocation(_) => "location",
        Aspect::JobType(_) => "job type",
        // Of runs, or kept in slots of their own.
        Aspect::Opaque
        | Aspect::Symlinks(_)
        | Aspect::NominalTime { .. }
        | Aspect::Parent(_)
        | Aspect::Error(_)
        | Aspect::Measures(_) => "",
    };
    KINDS.iter().position(|kind| *kind == name).unwrap_or(0) as u8
}

/// Begins the slot of a name that a dataset was said to have.
const ALIAS: &str = "alias\n";
/// When the symlinks were last deleted.
const UNLINKED: &str = "alias deleted";

impl<T: Tables> Apply<'_, T> {
    /// Facets said of a dataset or a job.
    pub(super) fn facets(
        &mut self,
        node: u32,
        name: &QualifiedName,
        at: &OrderKey,
        facets: &[Assertion],
    ) -> Result<()> {
        if facets.is_empty() {
            return Ok(());
        }
        let mut register = self.tables.register(node)?;
        if facets.iter().any(is_drop) {
            self.drops.insert(node);
        }
        let won: Vec<(&Assertion, u8)> =
            facets.iter().filter_map(|facet| Some((facet, self.claim_slot(&mut register, at, facet)?))).collect();
        let linked = self.symlinks(at, facets, &mut register)?;
        self.tables.write_register(node, &register)?;
        if !won.is_empty() {
            self.out.stale.insert(node);
            self.apply_aspects(node, name, &won)?;
        }
        let lifecycle =
            |(facet, old): &(&Assertion, u8)| is_lifecycle(facet) || KINDS[usize::from(*old)] == "lifecycle";
        if linked || won.iter().any(lifecycle) {
            self.name_changes(node, &register)?;
        }
        Ok(())
    }

    /// Puts a facet into its slot if it is newer. Answers what the slot stood for when its content is now another.
    fn claim_slot(&self, register: &mut Register, at: &OrderKey, facet: &Assertion) -> Option<u8> {
        let new = Slot(
            KeyRecord(*at),
            facet.value.as_ref().map(|value| ContentRecord(value.raw)),
            facet.value.as_ref().map_or(0, |value| kind_of(&value.aspect)),
        );
        let old = register.get(&facet.slot).copied();
        if old.is_some_and(|old| old.0 >= new.0) {
            return None;
        }
        register.insert(facet.slot.clone(), new);
        let old_kind = old.map_or(0, |old| old.2);
        (old.map(|old| old.1) != Some(new.1)).then_some(old_kind)
    }

    fn apply_aspects(&mut self, node: u32, name: &QualifiedName, won: &[(&Assertion, u8)]) -> Result<()> {
        let mut fields = None;
        let before = self.tables.version(node)?;
        let mut body = before.body.clone();
        for (facet, old_kind) in won {
            let aspect = facet.value.as_ref().map_or(&Aspect::Opaque, |value: &FacetValue| &value.aspect);
            if kind_of(aspect) != *old_kind {
                clear(&mut body, *old_kind);
            }
            if let Aspect::Schema(schema) = aspect {
                fields = Some(schema.as_slice());
            } else if KINDS[usize::from(*old_kind)] == "schema" {
                fields = Some(&[]);
            }
            assert_aspect(&mut body, aspect);
        }
        if body == before.body {
            return Ok(());
        }
        self.write_version(node, &before, &body)?;
        self.follow_body(node, &name.namespace, [&before.body, &body], fields)
    }

    /// What depends on a node's body besides its version: columns, owners, tags.
    fn follow_body(
        &mut self,
        node: u32,
        namespace: &str,
        [before, body]: [&Body; 2],
        fields: Option<&[Field]>,
    ) -> Result<()> {
        let schema_changed = before.ingested.schema != body.ingested.schema;
        if schema_changed || before.column_tags != body.column_tags {
            let schema = fields.filter(|_| schema_changed);
            self.columns(node, namespace, schema, &body.column_tags)?;
        }
        if schema_changed {
            self.schemas.insert(node);
        }
        if labels(before) != labels(body) { self.label_edges(node, body) } else { Ok(()) }
    }

    /// Edges to the owners and tags of a node, ingested and authored; a job's edge to its parent stays.
    pub(super) fn label_edges(&mut self, node: u32, body: &Body) -> Result<()> {
        let mut wanted = BTreeSet::new();
        for (kind, name) in labels(body) {
            let label = self.label(&name)?;
            wanted.insert((kind as u8, node, label, false));
        }
        let parents = self.tables.edges(Group::Labels(node))?;
        wanted.extend(parents.into_iter().map(|(_, edge)| edge).filter(|edge| edge.0 == EdgeKind::PartOf as u8));
        self.set_edges(Group::Labels(node), wanted)
    }

    /// Names that the symlinks facet claims accumulate. True when one was claimed anew or all were deleted.
    fn symlinks(&mut self, at: &OrderKey, facets: &[Assertion], register: &mut Register) -> Result<bool> {
        let mut changed = false;
        for facet in facets {
            match &facet.value {
                Some(FacetValue { aspect: Aspect::Symlinks(names), raw }) => {
                    for name in names {
                        self.dataset_as(name, Mention::Alias)?;
                        changed |= raise(register, &alias_slot(name), at, Some(*raw));
                    }
                }
                None if facet.slot == "symlinks" => changed |= raise(register, UNLINKED, at, None),
                Some(_) | None => {}
            }
        }
        Ok(changed)
    }

    /// Makes the stored aliases of a dataset be what its register and its life cycle say.
    pub(super) fn name_changes(&mut self, node: u32, register: &Register) -> Result<()> {
        let mut wanted = self.claimed_names(register)?;
        wanted.remove(&(node, AliasReason::Symlink as u8));
        if let Some(previous) = self.lifecycle(node, register)? {
            wanted.insert((previous, AliasReason::Rename as u8));
        }
        for alias in self.tables.aliases(node)? {
            if !wanted.remove(&alias) {
                self.end_alias(node, alias)?;
            }
        }
        for (other, reason) in wanted {
            self.begin_alias(node, other, reason)?;
        }
        Ok(())
    }

    fn claimed_names(&mut self, register: &Register) -> Result<BTreeSet<(u32, u8)>> {
        let deleted = register.get(UNLINKED).map(|slot| slot.0);
        let mut names = BTreeSet::new();
        for (slot, value) in register.range(ALIAS.to_owned()..) {
            let Some((namespace, name)) = slot.strip_prefix(ALIAS).and_then(|rest| rest.split_once('\n')) else {
                continue;
            };
            if deleted.is_none_or(|deleted| value.0 > deleted) {
                let other = self.dataset_as(&QualifiedName::new(namespace, name), Mention::Alias)?;
                names.insert((other, AliasReason::Symlink as u8));
            }
        }
        Ok(names)
    }

    /// Whether a dropped dataset was written since, and which dataset it was renamed from.
    fn lifecycle(&mut self, node: u32, register: &Register) -> Result<Option<u32>> {
        let Some(mut lifecycle) = self.tables.version(node)?.body.ingested.lifecycle else { return Ok(None) };
        let Some(key) = register.values().find(|slot| KINDS[usize::from(slot.2)] == "lifecycle").map(|slot| slot.0)
        else {
            return Ok(None);
        };
        let watched = lifecycle.change == "DROP" || lifecycle.previous.is_some();
        let flags = self.flags(node);
        if watched && flags & flag::LIFECYCLE == 0 {
            self.set_flags(node, flags | flag::LIFECYCLE)?;
        }
        let dropped = lifecycle.change == "DROP" && self.tables.written_at(node)?.is_none_or(|written| written <= key);
        if dropped != lifecycle.dropped {
            lifecycle.dropped = dropped;
            self.revise(node, |body| body.ingested.lifecycle = Some(lifecycle.clone()))?;
        }
        let Some(previous) = lifecycle.previous.filter(|_| lifecycle.change == "RENAME") else { return Ok(None) };
        let old = self.dataset_as(&previous, Mention::Alias)?;
        self.tables.note_renamed(old, node)?;
        let flags = self.flags(old);
        if flags & flag::LIFECYCLE == 0 {
            self.set_flags(old, flags | flag::LIFECYCLE)?;
        }
        let moved = self.tables.written_at(old)?.is_none_or(|written| written <= key);
        Ok((moved && old != node).then_some(old))
    }

    /// Looks again at the life cycle of a dataset that a run wrote, and of those that were renamed from it.
    pub(super) fn written(&mut self, dataset: u32) -> Result<()> {
        if !self.is_watched(dataset) {
            return Ok(());
        }
        let renamed = self.tables.renamed_from(dataset)?;
        for node in std::iter::once(dataset).chain(renamed) {
            let register = self.tables.register(node)?;
            self.name_changes(node, &register)?;
        }
        Ok(())
    }

    fn begin_alias(&mut self, node: u32, other: u32, reason: u8) -> Result<()> {
        self.tables.begin_alias(node, (other, reason), self.revision)?;
        let reason = if reason == AliasReason::Rename as u8 { AliasReason::Rename } else { AliasReason::Symlink };
        self.out.aliases.push(AliasChange::Begin { node, other, reason, since: self.revision, until: u32::MAX });
        for id in [node, other] {
            let flags = self.flags(id);
            if flags & flag::ALIASED == 0 {
                self.set_flags(id, flags | flag::ALIASED)?;
            }
            let name = self.tables.name(id)?;
            self.out.named.push((id, name));
        }
        self.renamed(node, other);
        Ok(())
    }

    fn end_alias(&mut self, node: u32, (other, reason): (u32, u8)) -> Result<()> {
        self.tables.end_alias(node, (other, reason), self.revision)?;
        self.out.aliases.push(AliasChange::End { node, other, until: self.revision });
        self.renamed(node, other);
        Ok(())
    }

    fn renamed(&mut self, node: u32, other: u32) {
        for id in [node, other] {
            self.schemas.insert(id);
            self.out.stale.insert(id);
            self.touch(id, crate::store::ChangeKind::Updated);
        }
    }
}

fn is_lifecycle(facet: &Assertion) -> bool {
    facet.value.as_ref().is_some_and(|value| matches!(value.aspect, Aspect::Lifecycle { .. }))
}

fn is_drop(facet: &Assertion) -> bool {
    matches!(&facet.value, Some(FacetValue { aspect: Aspect::Lifecycle { change, .. }, .. }) if change == "DROP")
}

fn alias_slot(name: &QualifiedName) -> String {
    format!("{ALIAS}{}\n{}", name.namespace, name.name)
}

/// Moves a slot up to a newer key; true when the slot is new.
fn raise(register: &mut Register, slot: &str, at: &OrderKey, raw: Option<ContentId>) -> bool {
    let new = Slot(KeyRecord(*at), raw.map(ContentRecord), 0);
    match register.get_mut(slot) {
        None => {
            register.insert(slot.to_owned(), new);
            true
        }
        Some(old) if old.0 < new.0 => {
            *old = new;
            true
        }
        Some(_) => false,
    }
}

fn labels(body: &Body) -> BTreeSet<(EdgeKind, NodeName)> {
    let mut labels = BTreeSet::new();
    for aspects in [&body.ingested, &body.authored] {
        labels.extend(aspects.owners.iter().map(|owner| (EdgeKind::OwnedBy, NodeName::Owner(owner.name.clone()))));
        labels.extend(aspects.tags.iter().map(|tag| (EdgeKind::Tagged, NodeName::Tag(tag.key.clone()))));
    }
    labels
}

fn clear(body: &mut Body, kind: u8) {
    let aspects = &mut body.ingested;
    match KINDS[usize::from(kind)] {
        "schema" => aspects.schema = None,
        "documentation" => aspects.documentation = None,
        "owners" => aspects.owners.clear(),
        "tags" => {
            aspects.tags.clear();
            body.column_tags.clear();
        }
        "source" => aspects.source = None,
        "type" => aspects.dataset_type = None,
        "storage" => aspects.storage = None,
        "lifecycle" => aspects.lifecycle = None,
        "query" => aspects.query = None,
        "code" => aspects.source_code = None,
        "location" => aspects.source_location = None,
        "job type" => aspects.job_type = None,
        other => debug_assert!(other.is_empty(), "every kind of aspect can be taken away"),
    }
}

fn assert_aspect(body: &mut Body, aspect: &Aspect) {
    let aspects = &mut body.ingested;
    match aspect.clone() {
        Aspect::Schema(fields) => aspects.schema = Some(schema_id(&fields)),
        Aspect::Documentation(documentation) => aspects.documentation = Some(documentation),
        Aspect::Ownership(owners) => aspects.owners = sorted(owners),
        Aspect::Tags { own, columns } => {
            aspects.tags = sorted(own);
            body.column_tags = sorted(columns);
        }
        Aspect::Source(source) => aspects.source = Some(source),
        Aspect::Type(dataset_type) => aspects.dataset_type = Some(dataset_type),
        Aspect::Storage(storage) => aspects.storage = Some(storage),
        Aspect::Lifecycle { change, previous } => {
            let dropped = aspects.lifecycle.as_ref().is_some_and(|l| l.dropped) && change == "DROP";
            aspects.lifecycle = Some(Lifecycle { change, previous, dropped });
        }
        Aspect::Query(query) => aspects.query = Some(query),
        Aspect::SourceCode(code) => aspects.source_code = Some(code),
        Aspect::SourceLocation(location) => aspects.source_location = Some(location),
        Aspect::JobType(job_type) => aspects.job_type = Some(job_type),
        // Symlinks accumulate in slots of their own; the rest is said of runs only, and an opaque facet means nothing.
        Aspect::Opaque
        | Aspect::Symlinks(_)
        | Aspect::NominalTime { .. }
        | Aspect::Parent(_)
        | Aspect::Error(_)
        | Aspect::Measures(_) => {}
    }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list.dedup();
    list
}

/// A schema by what it says.
fn schema_id(fields: &[Field]) -> ContentId {
    let mut text = String::new();
    for field in fields {
        text.push_str(&format!("{:?}\n{:?}\n{:?}\n", field.path, field.data_type, field.description));
    }
    ContentId::of(text.as_bytes())
}
