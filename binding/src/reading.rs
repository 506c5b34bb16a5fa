//! A query read once, to be bound under one state of the schemas after another.

use graph::change::Claim;
use graph::derive::{QueryContext, Schemas};
use graph::{QualifiedName, Query, QueryFault};
use sql::{
    Column, Defaults, Diagnostic, Dialect, EmptyCatalog, Indirect, Lineage, Script, Severity, StatementKind, TableName,
    Types, Use,
};

use crate::derive::{self, diagnosed, place};
use crate::resolve::{Resolver, Role};
use crate::retype::TypeEffect;
use crate::{claims, dialect};

/// What is kept of a query: small, and bound at a small part of the cost of reading it.
#[derive(Clone, Debug)]
pub struct Reading {
    text: String,
    dialect: Dialect,
    script: Script,
    /// Of the text alone.
    diagnostics: Vec<Diagnostic>,
    /// Of the choice of the dialect.
    faults: Vec<QueryFault>,
}

/// A query under one state of the schemas.
#[derive(Clone, Debug, Default)]
pub struct Bound {
    /// One per dataset that the query feeds.
    pub claims: Vec<Claim>,
    /// Datasets whose columns the query decides.
    pub made: Vec<Made>,
    /// Every dataset that is read, in the order of the text.
    pub reads: Vec<QualifiedName>,
    /// Every dataset whose schema was asked for, known or not.
    pub depends_on: Vec<QualifiedName>,
    /// What was not understood, in the order of the text; all of it.
    pub faults: Vec<QueryFault>,
    /// Of each expression, when it was asked for.
    types: Types,
}

/// An expression that is not what it was, because columns in it have other types.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Retyping {
    pub text: String,
    pub span: (u32, u32),
    /// It decides which rows there are; else it gives a value.
    pub decides: bool,
    pub effect: TypeEffect,
}

/// The columns of a result in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Columns {
    /// Names with types, as far as known.
    pub columns: Vec<(String, Option<String>)>,
    /// False when a star that could not be expanded hides some of them.
    pub complete: bool,
}

/// A dataset that a query makes anew: its columns are those of a query in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    pub dataset: QualifiedName,
    pub columns: Columns,
}

impl Reading {
    /// Reads a query in the dialect that it names, or that of the platform it ran on.
    pub fn of(query: &Query, context: &QueryContext) -> Option<Reading> {
        let mut faults = Vec::new();
        let dialect = dialect::choose(query, context, &mut faults)?;
        let (script, diagnostics) = sql::parse(&query.text, dialect);
        Some(Reading { text: query.text.clone(), dialect, script, diagnostics, faults })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What the query feeds, in the light of what its run read and wrote.
    pub(crate) fn derive(&self, context: &QueryContext, schemas: &dyn Schemas) -> Bound {
        self.trace(context, schemas, false).0
    }

    /// The same, and what tables and results look like.
    pub fn bind(&self, context: &QueryContext, schemas: &dyn Schemas) -> Bound {
        self.shaped(context, schemas, false)
    }

    /// The same, and what type each expression has, as far as it can be known.
    pub fn bind_typed(&self, context: &QueryContext, schemas: &dyn Schemas) -> Bound {
        self.shaped(context, schemas, true)
    }

    /// Expressions that the types of the one binding make others than those of the other; both are typed.
    pub fn retypings(&self, before: &Bound, after: &Bound) -> Vec<Retyping> {
        let changes = sql::compare_types(&self.script, &before.types, &after.types);
        let told = changes.into_iter().map(|change| Retyping {
            text: self.text.get(change.span.start..change.span.end).unwrap_or_default().to_owned(),
            span: place(change.span),
            decides: match change.place {
                Use::Condition(kind) => !matches!(kind, Indirect::Window | Indirect::Conditional),
                Use::Value => false,
            },
            effect: change.effect,
        });
        told.collect()
    }

    fn shaped(&self, context: &QueryContext, schemas: &dyn Schemas, typed: bool) -> Bound {
        let (bound, lineage, resolver) = self.trace(context, schemas, typed);
        Bound { reads: reads(&lineage, &resolver), made: made(&lineage, context, &resolver), ..bound }
    }

    fn trace<'a>(
        &self,
        context: &'a QueryContext,
        schemas: &'a dyn Schemas,
        typed: bool,
    ) -> (Bound, Lineage, Resolver<'a>) {
        let mut resolver = Resolver::new(self.dialect, context, schemas);
        if resolver.has_namesakes() {
            resolver.mention(self.mentioned());
        }
        let (lineage, found, types) = if typed {
            sql::bind_typed(&self.script, &resolver, &Defaults::default())
        } else {
            let (lineage, found) = sql::bind(&self.script, &resolver, &Defaults::default());
            (lineage, found, Types::default())
        };
        let mut diagnostics = self.diagnostics.clone();
        diagnostics.extend(found);
        diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        let (claims, stars) = claims::claims(&self.text, &lineage, context, &resolver);
        let mut faults = self.faults.clone();
        faults.extend(stars);
        faults.extend(resolver.unresolved().iter().map(|(table, reason)| derive::unresolved(table, reason, &lineage)));
        faults.extend(diagnostics.iter().filter(|found| found.severity != Severity::Note).map(diagnosed));
        (Bound { claims, depends_on: resolver.asked(), faults, types, ..Bound::default() }, lineage, resolver)
    }

    /// Every table of the script by the names it is given.
    fn mentioned(&self) -> Vec<TableName> {
        let (lineage, _) = sql::bind(&self.script, &EmptyCatalog, &Defaults::default());
        let uses =
            lineage.statements.into_iter().flat_map(|statement| statement.reads.into_iter().chain(statement.writes));
        uses.map(|used| used.name).collect()
    }
}

/// The lasting tables and views that the script makes, and the output of the run when the script only selects.
fn made(lineage: &Lineage, context: &QueryContext, resolver: &Resolver<'_>) -> Vec<Made> {
    let mut made: Vec<Made> = Vec::new();
    let fills = lineage
        .statements
        .iter()
        .filter(|statement| matches!(statement.kind, StatementKind::CreateTableAs | StatementKind::CreateView));
    for table in fills.flat_map(|statement| &statement.created).filter(|table| !table.temporary) {
        let Some(dataset) = resolver.table(&table.name, false, Role::Write) else { continue };
        let columns = columns(resolver, &dataset, &table.columns, table.columns_complete);
        made.retain(|other| other.dataset != dataset);
        made.push(Made { dataset, columns });
    }
    if let Some(result) = claims::result(lineage, context, resolver)
        && let Some(answer) = lineage.statements.iter().find(|statement| statement.span == result.span).map(listed)
    {
        let columns = columns(resolver, &result.dataset, &answer.0, answer.1);
        made.push(Made { dataset: result.dataset, columns });
    }
    made
}

fn columns(resolver: &Resolver<'_>, dataset: &QualifiedName, columns: &[Column], complete: bool) -> Columns {
    let spelled = |column: &Column| (resolver.column(dataset, &column.name), column.data_type.clone());
    Columns { columns: columns.iter().map(spelled).collect(), complete }
}

/// The columns of the result of a statement, and whether these are all.
fn listed(statement: &sql::StatementLineage) -> (Vec<Column>, bool) {
    let known = statement.outputs.iter().filter(|column| column.name != "*");
    let columns = known.map(|column| Column { name: column.name.clone(), data_type: column.data_type.clone() });
    (columns.collect(), statement.outputs.iter().all(|column| column.name != "*"))
}

fn reads(lineage: &Lineage, resolver: &Resolver<'_>) -> Vec<QualifiedName> {
    let mut reads: Vec<QualifiedName> = Vec::new();
    for used in lineage.net.reads.iter() {
        if let Some(dataset) =
            resolver.table(&used.name, used.location, Role::Read).filter(|name| !reads.contains(name))
        {
            reads.push(dataset);
        }
    }
    reads
}
