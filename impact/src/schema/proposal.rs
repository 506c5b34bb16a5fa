//! A proposed change as it is written down: one format for files, the API and saved records.

mod json_schema;

use serde::{Deserialize, Serialize};

pub use json_schema::json_schema;

/// Changes that are made together.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub changes: Vec<Change>,
}

/// One change of one dataset. Which of the fields an operation needs is checked by [`Proposal::problems`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub op: Op,
    pub dataset: DatasetName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The new name of a column or a dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nullable: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
}

/// A dataset; without a namespace, any unambiguous ending of its name will do.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetName {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub name: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    DropColumn,
    RenameColumn,
    RetypeColumn,
    SetNullable,
    AddColumn,
    ChangeMeaning,
    DropDataset,
    RenameDataset,
    ReplaceQuery,
}

impl Op {
    pub const ALL: [Op; 9] = [
        Op::DropColumn,
        Op::RenameColumn,
        Op::RetypeColumn,
        Op::SetNullable,
        Op::AddColumn,
        Op::ChangeMeaning,
        Op::DropDataset,
        Op::RenameDataset,
        Op::ReplaceQuery,
    ];

    /// As it is spelled in files and answers.
    pub fn name(self) -> &'static str {
        match self {
            Op::DropColumn => "drop_column",
            Op::RenameColumn => "rename_column",
            Op::RetypeColumn => "retype_column",
            Op::SetNullable => "set_nullable",
            Op::AddColumn => "add_column",
            Op::ChangeMeaning => "change_meaning",
            Op::DropDataset => "drop_dataset",
            Op::RenameDataset => "rename_dataset",
            Op::ReplaceQuery => "replace_query",
        }
    }

    /// The fields beside `dataset` that must be there, and those that may.
    fn fields(self) -> (&'static [Field], &'static [Field]) {
        match self {
            Op::DropColumn => (&[Field::Column], &[]),
            Op::RenameColumn => (&[Field::Column, Field::To], &[]),
            Op::RetypeColumn => (&[Field::Column, Field::Type], &[]),
            Op::SetNullable => (&[Field::Column, Field::Nullable], &[]),
            Op::AddColumn => (&[Field::Column], &[Field::Type, Field::Nullable]),
            Op::ChangeMeaning => (&[], &[Field::Column]),
            Op::DropDataset => (&[], &[]),
            Op::RenameDataset => (&[Field::To], &[]),
            Op::ReplaceQuery => (&[Field::Query], &[Field::Dialect]),
        }
    }
}

/// The fields of a change beside `op` and `dataset`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Column,
    To,
    Type,
    Nullable,
    Query,
    Dialect,
}

impl Field {
    const ALL: [Field; 6] = [Field::Column, Field::To, Field::Type, Field::Nullable, Field::Query, Field::Dialect];

    fn name(self) -> &'static str {
        match self {
            Field::Column => "column",
            Field::To => "to",
            Field::Type => "type",
            Field::Nullable => "nullable",
            Field::Query => "query",
            Field::Dialect => "dialect",
        }
    }

    fn is_given(self, change: &Change) -> bool {
        let text = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
        match self {
            Field::Column => text(&change.column),
            Field::To => text(&change.to),
            Field::Type => text(&change.data_type),
            Field::Nullable => change.nullable.is_some(),
            Field::Query => text(&change.query),
            Field::Dialect => text(&change.dialect),
        }
    }
}

/// What is wrong with a proposal, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Problem {
    /// `changes[2].column`
    pub place: String,
    pub message: String,
    /// Names that may have been meant.
    pub candidates: Vec<String>,
}

impl Problem {
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem { place: place.into(), message: message.into(), candidates: Vec::new() }
    }
}

impl Proposal {
    /// Checks what can be told without the graph: every operation has the fields that it needs and no others.
    pub fn problems(&self) -> Vec<Problem> {
        if self.changes.is_empty() {
            return vec![Problem::new("changes", "expected at least one change, found none")];
        }
        let each = self.changes.iter().enumerate();
        each.flat_map(|(at, change)| change.problems(&format!("changes[{at}]"))).collect()
    }
}

impl Change {
    fn problems(&self, place: &str) -> Vec<Problem> {
        let (needed, allowed) = self.op.fields();
        let op = self.op.name();
        let mut problems = Vec::new();
        if self.dataset.name.trim().is_empty() {
            problems.push(Problem::new(format!("{place}.dataset.name"), "expected the name of a dataset, found none"));
        }
        let dialect = self.dialect.as_deref().map(str::trim).filter(|name| !name.is_empty());
        if let Some(Err(unknown)) = dialect.map(binding::Dialect::from_name) {
            problems.push(Problem::new(format!("{place}.dialect"), unknown.to_string()));
        }
        for field in Field::ALL {
            let (name, given) = (field.name(), field.is_given(self));
            if !given && needed.contains(&field) {
                problems
                    .push(Problem::new(format!("{place}.{name}"), format!("expected `{name}` for `{op}`, found none")));
            }
            if given && !needed.contains(&field) && !allowed.contains(&field) {
                let wanted: Vec<&str> = needed.iter().chain(allowed).map(|field| field.name()).collect();
                let wanted = if wanted.is_empty() { "only `dataset`".to_owned() } else { wanted.join(", ") };
                let message = format!("expected {wanted} for `{op}`, found `{name}`");
                problems.push(Problem::new(format!("{place}.{name}"), message));
            }
        }
        problems
    }
}
