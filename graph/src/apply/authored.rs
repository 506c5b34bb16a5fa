//! What people write: kept apart from what is ingested, each edit in a slot of its own, the newest counts.

use super::Apply;
use super::tables::Tables;
use crate::change::{AuthoredChange, Edit};
use crate::ids::ContentId;
use crate::model::*;
use crate::names;
use crate::records::{ContentRecord, KeyRecord, Slot};
use crate::store::{Result, StoreError};

impl<T: Tables> Apply<'_, T> {
    pub(super) fn authored(&mut self, change: &AuthoredChange) -> Result<()> {
        let node = self.target(&change.target)?;
        let mut register = self.tables.register(node)?;
        let slot = slot(&change.edit);
        let key = KeyRecord(change.at);
        if register.get(&slot).is_some_and(|old| old.0 >= key) {
            return Ok(());
        }
        register.insert(slot, Slot(key, Some(ContentRecord(ContentId([0; 16]))), 0));
        self.tables.write_register(node, &register)?;
        let by = Authorship { principal: change.by.clone(), at: change.at.time };
        if self.revise(node, |body| edit(&mut body.authored, &change.edit, by))? {
            let body = self.tables.version(node)?.body;
            self.label_edges(node, &body)?;
        }
        Ok(())
    }

    /// The node that an edit is about; it must be known.
    fn target(&self, name: &NodeName) -> Result<u32> {
        let found = match name {
            NodeName::Dataset(dataset) => self.tables.dataset(dataset)?,
            NodeName::Column(dataset, path) => match self.tables.dataset(dataset)? {
                Some(id) => self.known(id, NodeKind::Column, &names::column_key(&dataset.namespace, path))?,
                None => None,
            },
            NodeName::Job(job) => match self.known(0, NodeKind::Namespace, &names::namespace_key(&job.namespace))? {
                Some(space) => self.known(space, NodeKind::Job, &names::key(name))?,
                None => None,
            },
            NodeName::Namespace(_) | NodeName::Owner(_) | NodeName::Tag(_) => {
                self.known(0, name.kind(), &names::key(name))?
            }
        };
        found.ok_or_else(|| StoreError::Refused(format!("no {} to edit", describe(name))))
    }
}

fn describe(name: &NodeName) -> String {
    match name {
        NodeName::Namespace(namespace) => format!("namespace `{namespace}`"),
        NodeName::Dataset(name) => format!("dataset `{}` in `{}`", name.name, name.namespace),
        NodeName::Column(name, path) => format!("column `{path}` of `{}` in `{}`", name.name, name.namespace),
        NodeName::Job(name) => format!("job `{}` in `{}`", name.name, name.namespace),
        NodeName::Owner(name) => format!("owner `{name}`"),
        NodeName::Tag(key) => format!("tag `{key}`"),
    }
}

fn slot(edit: &Edit) -> String {
    match edit {
        Edit::Description(_) => "authored\ndescription".to_owned(),
        Edit::AddOwner(Owner { name, .. }) | Edit::RemoveOwner(name) => {
            format!("authored\nowner\n{}", name.to_lowercase())
        }
        Edit::AddTag(Tag { key, .. }) | Edit::RemoveTag(key) => format!("authored\ntag\n{}", key.to_lowercase()),
    }
}

fn edit(authored: &mut Aspects, edit: &Edit, by: Authorship) {
    match edit.clone() {
        Edit::Description(text) => {
            authored.documentation = text.map(|text| Documentation { text, content_type: None, by: Some(by) });
        }
        Edit::AddOwner(owner) => {
            authored.owners.retain(|old| !old.name.eq_ignore_ascii_case(&owner.name));
            authored.owners.push(owner);
            authored.owners.sort();
        }
        Edit::RemoveOwner(name) => authored.owners.retain(|old| !old.name.eq_ignore_ascii_case(&name)),
        Edit::AddTag(tag) => {
            authored.tags.retain(|old| !old.key.eq_ignore_ascii_case(&tag.key));
            authored.tags.push(tag);
            authored.tags.sort();
        }
        Edit::RemoveTag(key) => authored.tags.retain(|old| !old.key.eq_ignore_ascii_case(&key)),
    }
}
