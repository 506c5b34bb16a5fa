//! What was found, in the words of the answer; and the net of all statements.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::{
    Binder, Edge, Found, Use,
    relation::{Origin, Sym, TableId, distinct},
};
use crate::{
    catalog,
    lineage::{
        ColumnEdge, ColumnRef, CreatedTable, Direct, EdgeKind, Indirect, Influence, Net, OutputColumn, StatementKind,
        StatementLineage, TableInfluence, TableUse,
    },
    name::TableName,
    script::{Class, Place, Role, Statement, Usage},
};

/// What is known of the columns of temporary tables: where their values come from.
#[derive(Default)]
struct Temporary {
    origins: HashMap<(TableId, Sym), Vec<Origin>>,
    influences: HashMap<TableId, Vec<Origin>>,
}

/// The text of expressions, which edges of one expression share.
struct Texts<'a> {
    text: &'a str,
    last: Option<(Place, Arc<str>)>,
}

impl Texts<'_> {
    fn at(&mut self, place: Place) -> Arc<str> {
        if let Some((_, text)) = self.last.as_ref().filter(|(last, _)| *last == place) {
            return Arc::clone(text);
        }
        let span = place.span();
        let text: Arc<str> = self.text.get(span.start..span.end).unwrap_or_default().into();
        self.last = Some((place, Arc::clone(&text)));
        text
    }
}

impl Binder<'_> {
    pub(super) fn answer_statement(&mut self, statement: &Statement) -> StatementLineage {
        let mut found = std::mem::take(&mut self.found);
        found.reads = distinct_uses(found.reads);
        found.writes = distinct_uses(found.writes);
        found.edges.retain(|edge| self.is_named(edge.origin.table) && edge.target.is_none_or(|id| self.is_named(id)));
        found.influences.retain(|origin| self.is_named(origin.table));
        found.edges = distinct_edges(found.edges);
        found.influences = distinct(found.influences);
        let answer = StatementLineage {
            kind: statement.kind,
            span: statement.place.span(),
            reads: found.reads.iter().map(|used| self.table_use(used)).collect(),
            writes: found.writes.iter().map(|used| self.table_use(used)).collect(),
            outputs: found.outputs.iter().map(|column| self.output(column)).collect(),
            edges: self.column_edges(&found.edges),
            influences: found.influences.iter().map(|origin| self.influence(origin)).collect(),
            created: found.created.iter().map(|(id, view)| self.created_table(*id, *view)).collect(),
            altered: found.altered.iter().map(|id| self.created_table(*id, false)).collect(),
            renamed: found.renamed.iter().map(|(from, to)| (self.name_of(*from), self.name_of(*to))).collect(),
            dropped: found.dropped.iter().map(|id| self.name_of(*id)).collect(),
            truncated: if statement.kind == StatementKind::Truncate { self.written_names(&found) } else { Vec::new() },
        };
        self.net.push(found);
        answer
    }

    fn written_names(&self, found: &Found) -> Vec<TableName> {
        found.writes.iter().map(|(id, ..)| self.name_of(*id)).collect()
    }

    /// False for a table whose name is computed at run time.
    fn is_named(&self, id: TableId) -> bool {
        !self.tables.get(id).name.parts.is_empty()
    }

    fn name_of(&self, id: TableId) -> TableName {
        self.tables.get(id).name.clone()
    }

    fn table_use(&self, (id, alias, place): &Use) -> TableUse {
        let table = self.tables.get(*id);
        TableUse {
            name: table.name.clone(),
            alias: alias.map(|alias| self.written(alias).to_owned()),
            location: table.location,
            temporary: table.temporary,
            span: place.span(),
        }
    }

    fn output(&self, column: &super::Column) -> OutputColumn {
        OutputColumn {
            name: self.tables.symbols.text(column.label.shown).to_string(),
            data_type: column.data_type.as_deref().map(str::to_owned),
            span: column.place.span(),
        }
    }

    fn column_ref(&self, table: Option<TableId>, column: Sym) -> ColumnRef {
        ColumnRef {
            table: table.map(|id| self.name_of(id)).unwrap_or_default(),
            column: self.tables.symbols.text(column).to_string(),
        }
    }

    fn column_edges(&self, edges: &[Edge]) -> Vec<ColumnEdge> {
        let mut texts = Texts { text: &self.script.text, last: None };
        edges.iter().map(|edge| self.column_edge(edge, &mut texts)).collect()
    }

    fn column_edge(&self, edge: &Edge, texts: &mut Texts<'_>) -> ColumnEdge {
        ColumnEdge {
            source: self.column_ref(Some(edge.origin.table), edge.origin.column),
            target: self.column_ref(edge.target, edge.column),
            kind: edge_kind(edge.origin.usage),
            masking: edge.origin.usage.masking,
            span: edge.origin.place.span(),
            expression: texts.at(edge.origin.place),
            ambiguous: edge.origin.ambiguous,
        }
    }

    fn influence(&self, origin: &Origin) -> Influence {
        let kind = match edge_kind(origin.usage) {
            EdgeKind::Indirect(kind) => kind,
            EdgeKind::Direct(_) => Indirect::Filter,
        };
        Influence {
            source: self.column_ref(Some(origin.table), origin.column),
            kind,
            ambiguous: origin.ambiguous,
            span: origin.place.span(),
        }
    }

    fn created_table(&self, id: TableId, view: bool) -> CreatedTable {
        let table = self.tables.get(id);
        let columns = table.relation.columns.iter().map(|column| catalog::Column {
            name: self.tables.symbols.text(column.label.shown).to_string(),
            data_type: column.data_type.as_deref().map(str::to_owned),
        });
        CreatedTable {
            name: table.name.clone(),
            columns: columns.collect(),
            columns_complete: !table.relation.is_open(),
            temporary: table.temporary,
            view,
        }
    }

    /// The whole script, with temporary tables replaced by where they come from.
    pub(super) fn finish_net(&mut self) -> Net {
        let mut statements = std::mem::take(&mut self.net);
        self.follow_renames(&mut statements);
        self.keep_leaves(&statements);
        let mut temporary = Temporary::default();
        let mut net = Net::default();
        let mut edges = Vec::new();
        let mut seen = HashSet::default();
        let mut named = [HashSet::default(), HashSet::default()];
        for found in &statements {
            for used in &found.reads {
                self.add_use(used, &mut named[0], &mut net.reads);
            }
            for used in &found.writes {
                self.add_use(used, &mut named[1], &mut net.writes);
            }
            self.net_edges(found, &mut temporary, &mut edges);
            self.net_influences(found, &mut temporary, &mut seen, &mut net.influences);
        }
        net.edges = self.column_edges(&distinct_edges(edges));
        net
    }

    /// What was written before a table got another name is written to that.
    fn follow_renames(&self, statements: &mut [Found]) {
        for index in 0..statements.len() {
            let (before, rest) = statements.split_at_mut(index);
            let renamed = &rest[0].renamed;
            if renamed.len() > 1 {
                continue;
            }
            for (from, to) in renamed {
                for found in before.iter_mut() {
                    found.writes.iter_mut().filter(|used| used.0 == *from).for_each(|used| used.0 = *to);
                    found
                        .edges
                        .iter_mut()
                        .filter(|edge| edge.target == Some(*from))
                        .for_each(|edge| edge.target = Some(*to));
                }
            }
            let gone: Vec<TableId> =
                renamed.iter().map(|(from, _)| *from).chain(rest[0].dropped.iter().copied()).collect();
            if gone.is_empty() {
                continue;
            }
            for found in before.iter_mut().chain(&mut rest[..1]) {
                found.writes.retain(|(id, ..)| !gone.contains(id));
            }
        }
    }

    /// A table that the script both makes and drops is temporary; a temporary table that nothing reads is
    /// a leaf, and stays.
    fn keep_leaves(&mut self, statements: &[Found]) {
        let all = || statements.iter();
        let read: HashSet<TableId> = all().flat_map(|found| found.reads.iter().map(|(id, ..)| *id)).collect();
        let created: HashSet<TableId> = all().flat_map(|found| found.created.iter().map(|(id, _)| *id)).collect();
        let dropped: HashSet<TableId> = all().flat_map(|found| found.dropped.iter().copied()).collect();
        for (id, ..) in all().flat_map(|found| &found.writes) {
            if !read.contains(id) && !dropped.contains(id) {
                self.tables.get_mut(*id).temporary = false;
            }
        }
        for id in dropped.intersection(&created) {
            self.tables.get_mut(*id).temporary = true;
        }
    }

    /// Adds a table that is not temporary, unless one of its name is there.
    fn add_use<'b>(&'b self, used: &Use, named: &mut HashSet<&'b TableName>, uses: &mut Vec<TableUse>) {
        let table = self.tables.get(used.0);
        if !table.temporary && named.insert(&table.name) {
            uses.push(self.table_use(used));
        }
    }

    fn is_temporary(&self, id: TableId) -> bool {
        self.tables.get(id).temporary
    }

    fn net_edges(&self, found: &Found, temporary: &mut Temporary, edges: &mut Vec<Edge>) {
        let mut into_temporary: HashMap<(TableId, Sym), Vec<Origin>> = HashMap::default();
        for edge in &found.edges {
            let origins = self.roots(edge.origin, temporary);
            match edge.target {
                Some(target) if self.is_temporary(target) => {
                    into_temporary.entry((target, edge.column)).or_default().extend(origins);
                }
                target => {
                    let column = edge.column;
                    edges.extend(origins.into_iter().map(|origin| Edge { origin, target, column }));
                }
            }
        }
        for (column, origins) in into_temporary {
            let known = temporary.origins.entry(column).or_default();
            known.extend(origins);
            *known = distinct(std::mem::take(known));
        }
    }

    /// The columns of lasting tables behind an origin.
    fn roots(&self, origin: Origin, temporary: &Temporary) -> Vec<Origin> {
        if !self.is_temporary(origin.table) {
            return vec![origin];
        }
        let through = |column: Sym| temporary.origins.get(&(origin.table, column));
        let known = through(origin.column).or_else(|| through(self.star));
        let behind = known.into_iter().flatten();
        behind
            .map(|inner| {
                if origin.is_identity() {
                    inner.passed(origin.place)
                } else {
                    inner.used(origin.usage).at(origin.place)
                }
            })
            .collect()
    }

    fn net_influences(
        &self,
        found: &Found,
        temporary: &mut Temporary,
        seen: &mut HashSet<(Option<TableId>, TableId, Sym, Indirect)>,
        influences: &mut Vec<TableInfluence>,
    ) {
        let mut behind: Vec<Origin> =
            found.influences.iter().flat_map(|origin| self.roots(*origin, temporary)).collect();
        for (id, ..) in &found.reads {
            behind.extend(temporary.influences.get(id).into_iter().flatten());
        }
        let behind = distinct(behind);
        let mut targets: Vec<Option<TableId>> = found.writes.iter().map(|(id, ..)| Some(*id)).collect();
        if targets.is_empty() {
            targets.push(None);
        }
        for target in targets {
            if let Some(id) = target.filter(|id| self.is_temporary(*id)) {
                temporary.influences.entry(id).or_default().extend(&behind);
                continue;
            }
            for origin in &behind {
                let influence = self.influence(origin);
                if seen.insert((target, origin.table, origin.column, influence.kind)) {
                    let target = target.map(|id| self.name_of(id)).unwrap_or_default();
                    influences.push(TableInfluence { target, influence });
                }
            }
        }
    }
}

fn edge_kind(usage: Usage) -> EdgeKind {
    match (usage.role, usage.class) {
        (Role::Only(reason), _) => EdgeKind::Indirect(reason),
        (Role::Value, Class::Identity) => EdgeKind::Direct(Direct::Identity),
        (Role::Value, Class::Transformation) => EdgeKind::Direct(Direct::Transformation),
        (Role::Value, Class::Aggregation) => EdgeKind::Direct(Direct::Aggregation),
    }
}

fn distinct_uses(mut uses: Vec<Use>) -> Vec<Use> {
    let mut seen: HashSet<(TableId, Place)> = HashSet::default();
    uses.retain(|(id, _, place)| seen.insert((*id, *place)));
    uses
}

/// Each edge once, in the order in which they were found.
fn distinct_edges(mut edges: Vec<Edge>) -> Vec<Edge> {
    let mut seen = HashSet::default();
    edges.retain(|edge| {
        let origin = &edge.origin;
        seen.insert((edge.target, edge.column, origin.table, origin.column, origin.usage, origin.ambiguous))
    });
    edges
}
