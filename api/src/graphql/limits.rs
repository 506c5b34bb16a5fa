//! What a document may ask for, judged before anything is read: its size, nesting, depth, aliases, and how many fields
//! it may resolve when every list is as long as it may be.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Value, Variables};

use super::error::{ApiError, Result};

/// Limits of one GraphQL request.
#[derive(Clone, Debug)]
pub struct QueryLimits {
    /// Bytes of the document.
    pub document: usize,
    pub depth: usize,
    pub aliases: usize,
    /// Fields that the answer may have, lists at their full length; a flat record counts as a fraction of one.
    pub fields: u64,
}

impl Default for QueryLimits {
    fn default() -> QueryLimits {
        QueryLimits { document: 64 * 1024, depth: 20, aliases: 100, fields: 50_000 }
    }
}

/// How long the list of a field is.
enum Length {
    /// As an argument says, or as long as a list that is one, else this long.
    Page { argument: &'static str, default: u64 },
    /// As an argument says, of records that cost a hundredth each.
    Flat { argument: &'static str, default: u64 },
    /// Not paged: about this long.
    About(u64),
}

/// The length of every field that is, or holds, a list; the rest are single.
fn length(field: &str) -> Option<Length> {
    let page = |argument, default| Some(Length::Page { argument, default });
    let flat = |argument, default| Some(Length::Flat { argument, default });
    match field {
        "search" | "runs" | "recentRuns" => page("first", 20),
        "columns" => page("first", 100),
        "nodes" => page("ids", 1),
        "suggest" => page("first", 8),
        "datasets" | "rejectedEvents" | "history" => page("first", 50),
        "lineage" | "deletionImpact" | "parseSql" => flat("limit", 2000),
        "paths" => flat("limit", 100),
        "schemaChangeImpact" | "personalData" => flat("first", 100),
        "personalTrace" | "erasurePlan" => flat("limit", 2000),
        "diff" | "changedSince" => page("first", 100),
        "aspects" | "madeBy" => Some(Length::About(2)),
        "producers" | "consumers" | "inputs" | "outputs" | "namespaces" | "failedRuns" => Some(Length::About(10)),
        "owners" | "tags" | "descriptions" | "reportedAs" | "matches" | "facets" | "values" | "events"
        | "statistics" | "assertions" | "reasons" | "faults" | "holds" | "way" | "via" => Some(Length::About(4)),
        _ => None,
    }
}

/// Refuses a document that is too long or nested too deeply to be parsed.
pub fn check_text(document: &str, limits: &QueryLimits) -> Result<()> {
    if document.len() > limits.document {
        return Err(ApiError::DocumentTooLarge { found: document.len(), limit: limits.document });
    }
    let (found, limit) = (nesting(document), limits.depth * 3);
    if found > limit { Err(ApiError::TooDeep { found, limit }) } else { Ok(()) }
}

/// The deepest nesting of brackets, those within texts counted too: the parser recurses once for each.
fn nesting(document: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for byte in document.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Refuses a document that asks for too much. `variables` hold the defaults of those that were not sent.
pub fn check_document(document: &ExecutableDocument, variables: &Variables, limits: &QueryLimits) -> Result<()> {
    for (_, operation) in document.operations.iter() {
        let mut judge = Judge { document, variables, fragments: HashMap::new() };
        let weight = judge.set(&operation.node.selection_set);
        let aliases = usize::try_from(weight.aliases).unwrap_or(usize::MAX);
        if weight.depth > limits.depth {
            return Err(ApiError::TooDeep { found: weight.depth, limit: limits.depth });
        }
        if aliases > limits.aliases {
            return Err(ApiError::TooManyAliases { found: aliases, limit: limits.aliases });
        }
        if weight.fields > limits.fields {
            return Err(ApiError::TooComplex { found: weight.fields, limit: limits.fields });
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Weight {
    depth: usize,
    aliases: u64,
    fields: u64,
}

struct Judge<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    /// Judged once each; one that is being judged weighs nothing, since a cycle is refused later anyway.
    fragments: HashMap<&'a Name, Weight>,
}

impl<'a> Judge<'a> {
    fn set(&mut self, set: &'a Positioned<SelectionSet>) -> Weight {
        let mut sum = Weight::default();
        for selection in &set.node.items {
            let weight = match &selection.node {
                Selection::Field(field) => self.field(&field.node),
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            };
            sum.depth = sum.depth.max(weight.depth);
            sum.aliases = sum.aliases.saturating_add(weight.aliases);
            sum.fields = sum.fields.saturating_add(weight.fields);
        }
        sum
    }

    fn fragment(&mut self, name: &'a Name) -> Weight {
        if let Some(known) = self.fragments.get(name) {
            return *known;
        }
        let document: &'a ExecutableDocument = self.document;
        let Some(fragment) = document.fragments.get(name) else { return Weight::default() };
        self.fragments.insert(name, Weight::default());
        let weight = self.set(body(fragment));
        self.fragments.insert(name, weight);
        weight
    }

    fn field(&mut self, field: &'a Field) -> Weight {
        let inner = self.set(&field.selection_set);
        Weight {
            depth: inner.depth + 1,
            aliases: inner.aliases.saturating_add(field.alias.is_some().into()),
            fields: self.repeated(field, inner.fields).saturating_add(1),
        }
    }

    fn repeated(&self, field: &Field, inner: u64) -> u64 {
        match length(&field.name.node) {
            None => inner,
            Some(Length::About(length)) => inner.saturating_mul(length),
            Some(Length::Page { argument, default }) => inner.saturating_mul(self.argument(field, argument, default)),
            Some(Length::Flat { argument, default }) => {
                inner.saturating_mul(self.argument(field, argument, default).div_ceil(100))
            }
        }
    }

    fn argument(&self, field: &Field, name: &str, default: u64) -> u64 {
        let given = field.get_argument(name).map(|value| value.node.clone());
        let given = given
            .and_then(|value| value.into_const_with(|variable| self.variables.get(&variable).cloned().ok_or(())).ok());
        match given {
            Some(Value::Number(number)) => number.as_u64().unwrap_or(default),
            Some(Value::List(items)) => items.len() as u64,
            Some(_) | None => default,
        }
    }
}

fn body(fragment: &Positioned<FragmentDefinition>) -> &Positioned<SelectionSet> {
    &fragment.node.selection_set
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{BaseType, FieldDefinition, TypeKind, TypeSystemDefinition};

    use super::length;

    /// Types whose lists are as long as the field that gave them says.
    const COUNTED_BEFORE: [&str; 18] = [
        "Diff",
        "ErasurePlan",
        "PersonalData",
        "PersonalTrace",
        "ColumnConnection",
        "RunConnection",
        "SearchConnection",
        "RejectedConnection",
        "Lineage",
        "Paths",
        "DeletionImpact",
        "SchemaChangeImpact",
        "ParsedSql",
        "SqlStatement",
        "SqlNet",
        "SqlCreated",
        "ChangeBatch",
        "Subscription",
    ];

    fn is_list_of(field: &FieldDefinition, objects: &[String]) -> bool {
        match &field.ty.node.base {
            BaseType::List(item) => matches!(&item.base, BaseType::Named(name) if objects.iter().any(|o| o == name)),
            BaseType::Named(_) => false,
        }
    }

    #[test]
    fn every_list_of_objects_has_a_length() {
        let document = parse_schema(crate::graphql::sdl()).unwrap();
        let types = document.definitions.iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(&definition.node),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        });
        let objects: Vec<_> = types
            .filter_map(|definition| match &definition.kind {
                TypeKind::Object(object) => Some((definition.name.node.to_string(), object)),
                _ => None,
            })
            .collect();
        let mut names: Vec<String> = objects.iter().map(|(name, _)| name.clone()).collect();
        names.push("Node".to_owned());
        for (name, object) in objects.iter().filter(|(name, _)| !COUNTED_BEFORE.contains(&name.as_str())) {
            for field in object.fields.iter().filter(|field| is_list_of(&field.node, &names)) {
                let field = &field.node.name.node;
                assert!(length(field).is_some(), "`{name}.{field}` is a list: say in `length` how long it may be");
            }
        }
    }
}
