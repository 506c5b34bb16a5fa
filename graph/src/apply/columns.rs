//! Columns of a dataset: those that its schema declares, and those that only lineage mentions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Apply;
use super::nodes::{Mention, Place};
use super::outcome::flag;
use super::tables::{ColumnRow, Tables};
use crate::model::*;
use crate::names::column_key;
use crate::records::Body;
use crate::store::Result;

impl<T: Tables> Apply<'_, T> {
    /// Makes the columns of a dataset follow its schema (`None`: it is what it was) and the tags given for columns.
    pub(super) fn columns(
        &mut self,
        dataset: u32,
        namespace: &str,
        schema: Option<&[Field]>,
        tags: &[(String, Tag)],
    ) -> Result<()> {
        let columns = self.tables.columns(dataset)?;
        let mut stored: BTreeMap<String, ColumnRow> =
            columns.into_iter().map(|column| (column.key.clone(), column)).collect();
        let mut by_key: HashMap<String, Vec<Tag>> = HashMap::new();
        for (path, tag) in tags {
            by_key.entry(column_key(namespace, path)).or_default().push(tag.clone());
        }
        let tags_of = |key: &str| by_key.get(key).cloned().unwrap_or_default();
        let mut known: HashMap<String, u32> = stored.iter().map(|(key, column)| (key.clone(), column.id)).collect();
        let mut declared = BTreeSet::new();
        for field in schema.unwrap_or_default() {
            let path = dotted(&field.path);
            let key = column_key(namespace, &path);
            // Of two columns with one name the first stands; ingestion has noted the other as a fault.
            if declared.insert(key.clone()) {
                let tags = tags_of(&key);
                let place = Place { parent: dataset, kind: NodeKind::Column, key: &key, name: &path };
                let id = self.declare(place, field, tags, stored.remove(&key))?;
                known.insert(key, id);
            }
        }
        for (key, column) in stored {
            self.leave(column, &key, schema.is_some(), tags_of(&key))?;
        }
        self.columns.insert(dataset, known);
        Ok(())
    }

    /// A column that the schema has; answers its id.
    fn declare(&mut self, place: Place<'_>, field: &Field, tags: Vec<Tag>, stored: Option<ColumnRow>) -> Result<u32> {
        let mut body = stored.as_ref().map(|column| column.version.body.clone()).unwrap_or_default();
        body.ingested = Aspects {
            documentation: field.description.as_ref().filter(|text| !text.is_empty()).map(|text| Documentation {
                text: text.clone(),
                content_type: None,
                by: None,
            }),
            field: Some(Field { description: None, ..field.clone() }),
            tags,
            ..Aspects::default()
        };
        let Some(column) = stored else {
            let id = self.insert(place, Mention::Declared, &body)?;
            self.tag_column(id, &body)?;
            return Ok(id);
        };
        let id = column.id;
        if column.flags & flag::DECLARED == 0 {
            self.set_flags(column.id, column.flags | flag::DECLARED)?;
            self.unsettled.insert(column.id);
        }
        self.write_column(column, body)?;
        Ok(id)
    }

    /// A column that the schema does not have, or that stays as it is but for its tags.
    fn leave(&mut self, column: ColumnRow, key: &str, undeclared: bool, tags: Vec<Tag>) -> Result<()> {
        let mut body = column.version.body.clone();
        body.ingested.tags = tags;
        if undeclared && column.flags & flag::DECLARED != 0 {
            self.set_flags(column.id, column.flags & !flag::DECLARED)?;
            self.unsettled.insert(column.id);
            body.ingested =
                Aspects { field: Some(undeclared_field(key)), tags: body.ingested.tags, ..Aspects::default() };
        }
        self.write_column(column, body)
    }

    fn write_column(&mut self, column: ColumnRow, body: Body) -> Result<()> {
        if body == column.version.body {
            return Ok(());
        }
        self.write_version(column.id, &column.version, &body)?;
        self.tag_column(column.id, &body)
    }

    fn tag_column(&mut self, id: u32, body: &Body) -> Result<()> {
        if body.ingested.tags.is_empty() && body.authored.tags.is_empty() && id >= self.tables.first_new() {
            return Ok(());
        }
        self.label_edges(id, body)
    }

    /// The column that lineage names, whether a schema has it or not. An unknown one is there as long as an edge is.
    pub(super) fn column(&mut self, dataset: u32, namespace: &str, path: &str) -> Result<u32> {
        let key = column_key(namespace, path);
        let found = match self.columns.get(&dataset) {
            Some(columns) => columns.get(&key).copied(),
            None => self.known(dataset, NodeKind::Column, &key)?,
        };
        if let Some(id) = found {
            return Ok(id);
        }
        let tags = self.tables.version(dataset)?.body.column_tags;
        let mut body = Body::default();
        body.ingested.field = Some(undeclared_field(&key));
        body.ingested.tags =
            tags.into_iter().filter(|(p, _)| column_key(namespace, p) == key).map(|(_, tag)| tag).collect();
        let place = Place { parent: dataset, kind: NodeKind::Column, key: &key, name: &key };
        let id = self.insert(place, Mention::ByEdge, &body)?;
        if let Some(columns) = self.columns.get_mut(&dataset) {
            columns.insert(key, id);
        }
        Ok(id)
    }
}

/// Spelled by its key, since spellings of mentions vary.
fn undeclared_field(key: &str) -> Field {
    let path = key.split('.').map(str::to_owned).collect();
    Field { path, data_type: None, description: None, position: 0, declared: false }
}
