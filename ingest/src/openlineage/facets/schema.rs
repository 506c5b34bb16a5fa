//! The `schema` facet: columns in order, the nested ones below their parent (structs, and the elements, keys and
//! values of arrays and maps, which emitters name `_element`, `_key`, `_value`).

use std::collections::HashSet;

use graph::Field;
use graph::change::Aspect;

use super::super::read::{Misfit, Reader};
use crate::faults::{Faults, Place};
use crate::json::Json;

pub fn read(facet: Reader<'_>, faults: &mut Faults) -> Result<Aspect, Misfit> {
    let mut columns = Columns { fields: Vec::new(), faults };
    columns.add(facet, &[])?;
    Ok(Aspect::Schema(columns.fields))
}

struct Columns<'f> {
    fields: Vec<Field>,
    faults: &'f mut Faults,
}

impl Columns<'_> {
    /// The fields of a schema or of a field, and all below them.
    fn add(&mut self, holder: Reader<'_>, above: &[String]) -> Result<(), Misfit> {
        let place = holder.place.key("fields");
        let items = holder.list("fields")?;
        let mut seen = HashSet::with_capacity(items.len());
        for index in in_order(items) {
            let place = place.index(index);
            let field = Reader::new(&items[index], &place)?;
            let name = field.text("name")?;
            if seen.insert(items[index].get("name").and_then(Json::as_str)) {
                self.add_field(field, name, above)?;
            } else {
                self.note_repeated(name, &place);
            }
        }
        Ok(())
    }

    fn add_field(&mut self, field: Reader<'_>, name: &str, above: &[String]) -> Result<(), Misfit> {
        let mut path = Vec::with_capacity(above.len() + 1);
        path.extend_from_slice(above);
        path.push(name.to_owned());
        let index = self.fields.len();
        self.fields.push(Field {
            path,
            data_type: field.optional("type")?,
            description: field.optional("description")?,
            position: u32::try_from(index).unwrap_or(u32::MAX),
            declared: true,
        });
        if !field.list("fields")?.is_empty() {
            let path = self.fields[index].path.clone();
            self.add(field, &path)?;
        }
        Ok(())
    }

    fn note_repeated(&mut self, name: &str, place: &Place<'_>) {
        self.faults
            .add("repeated-field", place, || format!("the column `{name}` is listed twice; the first one counts"));
    }
}

/// By `ordinal_position` when every field has one, else as listed.
fn in_order(items: &[Json<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    let position = |item: &Json<'_>| match item.get("ordinal_position") {
        Some(Json::Number(text)) => text.parse::<i64>().ok(),
        _ => None,
    };
    if let Some(positions) = items.iter().map(position).collect::<Option<Vec<_>>>() {
        order.sort_by_key(|&index| positions[index]);
    }
    order
}
