//! From the lineage of tables and columns to claims about datasets.

use std::collections::{BTreeMap, BTreeSet};

use graph::change::{Claim, ColumnClaim, ExpressionSpan};
use graph::derive::QueryContext;
use graph::{EdgeKind, Gap, LineageSource, QualifiedName, QueryFault};
use sql::{Direct, Indirect, Lineage, Span, StatementKind, StatementLineage, TableName, TableUse};

use crate::derive::{fault, place};
use crate::resolve::{Resolver, Role, identity};

/// Longest text of an expression that is kept, in bytes.
const MAX_EXPRESSION: usize = 2_000;

/// What a text says of each dataset that it writes, and what could not be said; nothing of those that it only empties,
/// drops or declares.
pub(crate) fn claims(
    text: &str,
    lineage: &Lineage,
    context: &QueryContext,
    resolver: &Resolver<'_>,
) -> (Vec<Claim>, Vec<QueryFault>) {
    let result = result(lineage, context, resolver);
    let mut claims = Claims {
        text,
        resolver,
        locations: locations(lineage),
        outputs: BTreeMap::new(),
        stars: BTreeMap::new(),
        result,
    };
    claims.add_tables(lineage);
    claims.add_edges(lineage);
    claims.add_influences(lineage);
    claims.finish(explains(lineage, context, resolver))
}

/// Whether the query was understood, and reads all that the run reported as read. Then what it feeds nothing into is
/// fed by nothing.
fn explains(lineage: &Lineage, context: &QueryContext, resolver: &Resolver<'_>) -> bool {
    let read = |used: &TableUse| Some(identity(&resolver.table(&used.name, used.location, Role::Read)?));
    let read: BTreeSet<_> = lineage.net.reads.iter().filter_map(read).collect();
    let understood = lineage.statements.iter().all(|statement| statement.kind != StatementKind::Unparsed);
    understood && context.inputs.iter().all(|input| read.contains(&identity(input)))
}

/// The dataset that the rows of a last, bare query go to, and that query.
pub(crate) struct QueryResult {
    pub dataset: QualifiedName,
    pub span: Span,
    /// False when other queries answer rows too, and those go nowhere.
    alone: bool,
}

/// A run with one output and a query that writes nothing: the output has the rows of the query.
pub(crate) fn result(lineage: &Lineage, context: &QueryContext, resolver: &Resolver<'_>) -> Option<QueryResult> {
    let last = lineage.statements.iter().rfind(|statement| statement.kind != StatementKind::Other)?;
    let [output] = context.outputs.as_slice() else { return None };
    let is_written = |used: &TableUse| {
        let written = resolver.table(&used.name, used.location, Role::Write);
        written.is_none_or(|dataset| identity(&dataset) == identity(output))
    };
    if last.kind != StatementKind::Select || lineage.net.writes.iter().any(is_written) {
        return None;
    }
    let queries = lineage.statements.iter().filter(|statement| statement.kind == StatementKind::Select).count();
    Some(QueryResult { dataset: output.clone(), span: last.span, alone: queries == 1 })
}

/// Names that are addresses of files.
fn locations(lineage: &Lineage) -> BTreeSet<TableName> {
    let named = lineage.net.reads.iter().chain(&lineage.net.writes);
    named.filter(|used| used.location).map(|used| used.name.clone()).collect()
}

/// Claims in the making.
struct Claims<'a> {
    text: &'a str,
    resolver: &'a Resolver<'a>,
    locations: BTreeSet<TableName>,
    outputs: BTreeMap<QualifiedName, Output>,
    /// Datasets of which all columns are taken while none is known, and where first.
    stars: BTreeMap<QualifiedName, Span>,
    result: Option<QueryResult>,
}

#[derive(Default)]
struct Output {
    inputs: BTreeSet<QualifiedName>,
    edges: BTreeSet<ColumnClaim>,
}

impl Claims<'_> {
    /// Which datasets feed which, statement by statement, temporary tables seen through.
    fn add_tables(&mut self, lineage: &Lineage) {
        let mut temporary: BTreeMap<TableName, BTreeSet<QualifiedName>> = BTreeMap::new();
        for statement in lineage.statements.iter().filter(|statement| moves_rows(statement.kind)) {
            let inputs = self.inputs(statement, &temporary);
            for written in &statement.writes {
                if written.temporary {
                    temporary.entry(written.name.clone()).or_default().extend(inputs.iter().cloned());
                } else if let Some(dataset) = self.resolver.table(&written.name, written.location, Role::Write) {
                    self.outputs.entry(dataset).or_default().inputs.extend(inputs.iter().cloned());
                }
            }
            let is_result = self.result.as_ref().filter(|result| result.span == statement.span);
            if let Some(dataset) = is_result.map(|result| result.dataset.clone()) {
                self.outputs.entry(dataset).or_default().inputs.extend(inputs);
            }
        }
    }

    fn inputs(
        &self,
        statement: &StatementLineage,
        temporary: &BTreeMap<TableName, BTreeSet<QualifiedName>>,
    ) -> BTreeSet<QualifiedName> {
        let mut inputs = BTreeSet::new();
        for read in &statement.reads {
            match temporary.get(&read.name) {
                Some(behind) => inputs.extend(behind.iter().cloned()),
                None if read.temporary => {}
                None => inputs.extend(self.resolver.table(&read.name, read.location, Role::Read)),
            }
        }
        inputs
    }

    fn add_edges(&mut self, lineage: &Lineage) {
        for edge in &lineage.net.edges {
            let Some(output) = self.output(&edge.target.table, edge.span) else { continue };
            let Some(source) = self.source(&edge.source.table) else { continue };
            if edge.source.column == "*" || edge.target.column == "*" {
                self.stars.entry(source).or_insert(edge.span);
                continue;
            }
            let kind = if edge.ambiguous { EdgeKind::Unknown } else { edge_kind(edge.kind) };
            let claim = ColumnClaim {
                source_column: self.resolver.column(&source, &edge.source.column),
                target_column: Some(self.resolver.column(&output, &edge.target.column)),
                kind,
                masking: edge.masking,
                expression: Some(expression(&edge.expression, edge.span)),
                source,
            };
            self.outputs.entry(output).or_default().edges.insert(claim);
        }
    }

    fn add_influences(&mut self, lineage: &Lineage) {
        for found in &lineage.net.influences {
            let influence = &found.influence;
            let source = &influence.source;
            if source.column == "*" {
                continue;
            }
            let Some(output) = self.output(&found.target, influence.span) else { continue };
            let Some(dataset) = self.source(&source.table) else { continue };
            let text = self.text.get(influence.span.start..influence.span.end).unwrap_or_default();
            let claim = ColumnClaim {
                source_column: self.resolver.column(&dataset, &source.column),
                target_column: None,
                kind: if influence.ambiguous { EdgeKind::Unknown } else { indirect(influence.kind) },
                masking: false,
                expression: Some(expression(text, influence.span)),
                source: dataset,
            };
            self.outputs.entry(output).or_default().edges.insert(claim);
        }
    }

    fn source(&self, table: &TableName) -> Option<QualifiedName> {
        self.resolver.table(table, self.locations.contains(table), Role::Read)
    }

    /// The dataset of a target; a target without a name is the result of a query.
    fn output(&self, target: &TableName, span: Span) -> Option<QualifiedName> {
        if !target.parts.is_empty() {
            return self.resolver.table(target, self.locations.contains(target), Role::Write);
        }
        let result = self.result.as_ref()?;
        let here = result.alone || (result.span.start <= span.start && span.end <= result.span.end);
        here.then(|| result.dataset.clone())
    }

    /// An output that nothing feeds gives a claim only when the query explains the run: else it may be fed by what the
    /// query does not show.
    fn finish(self, explained: bool) -> (Vec<Claim>, Vec<QueryFault>) {
        let claims = self.outputs.into_iter().map(|(output, found)| {
            let own = |dataset: &QualifiedName| identity(dataset) == identity(&output);
            let inputs = found.inputs.into_iter().filter(|dataset| !own(dataset)).collect();
            Claim { output, source: LineageSource::Sql, inputs, edges: found.edges.into_iter().collect() }
        });
        let claims = claims.filter(|claim| explained || !claim.inputs.is_empty() || !claim.edges.is_empty()).collect();
        (claims, self.stars.iter().map(star).collect())
    }
}

fn star((dataset, span): (&QualifiedName, &Span)) -> QueryFault {
    let message = format!(
        "all columns of \"{}\" are taken, and its schema is not known: lineage of its columns is missing",
        dataset.name
    );
    QueryFault { span: Some(place(*span)), ..fault("star-not-expanded", message, Some(Gap::UnresolvedColumn)) }
}

fn moves_rows(kind: StatementKind) -> bool {
    match kind {
        StatementKind::Select
        | StatementKind::Insert
        | StatementKind::Update
        | StatementKind::Delete
        | StatementKind::Merge
        | StatementKind::CreateTableAs
        | StatementKind::CreateView
        | StatementKind::Copy => true,
        StatementKind::CreateTable
        | StatementKind::Alter
        | StatementKind::Drop
        | StatementKind::Truncate
        | StatementKind::Use
        | StatementKind::Other
        | StatementKind::Unparsed => false,
    }
}

fn edge_kind(kind: sql::EdgeKind) -> EdgeKind {
    match kind {
        sql::EdgeKind::Direct(Direct::Identity) => EdgeKind::Identity,
        sql::EdgeKind::Direct(Direct::Transformation) => EdgeKind::Transformation,
        sql::EdgeKind::Direct(Direct::Aggregation) => EdgeKind::Aggregation,
        sql::EdgeKind::Indirect(kind) => indirect(kind),
    }
}

fn indirect(kind: Indirect) -> EdgeKind {
    match kind {
        Indirect::Join => EdgeKind::Join,
        Indirect::Filter => EdgeKind::Filter,
        Indirect::GroupBy => EdgeKind::GroupBy,
        Indirect::Sort => EdgeKind::Sort,
        Indirect::Window => EdgeKind::Window,
        Indirect::Conditional => EdgeKind::Conditional,
    }
}

fn expression(text: &str, span: Span) -> ExpressionSpan {
    let end = (0..=MAX_EXPRESSION.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let (start, stop) = place(span);
    ExpressionSpan { text: text[..end].to_owned(), start, end: stop }
}
