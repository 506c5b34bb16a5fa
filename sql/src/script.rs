//! The flat form of a parsed text: what binding needs of it and nothing else.
//!
//! It holds no syntax tree. Names are numbers into one table, queries are numbers into one arena,
//! and an expression is only the list of what it refers to, each with how it is used.

use serde::{Deserialize, Serialize};

use crate::{
    dialect::Dialect,
    lineage::{Indirect, StatementKind},
    name::{Ident, Span},
};

/// A parsed text, ready to be bound against any catalog, as often as needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Script {
    pub(crate) dialect: Dialect,
    pub(crate) text: String,
    pub(crate) names: Vec<Ident>,
    pub(crate) queries: Vec<Query>,
    pub(crate) statements: Vec<Statement>,
    /// It declares variables, or is or has a routine, whose parameters are words like columns.
    pub(crate) scripted: bool,
}

impl Script {
    /// The dialect it was parsed in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole in a compact form, to keep; [`Script::from_bytes`] reads it back.
    ///
    /// Only the version of this crate that wrote it is sure to read it.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("plain data can be written down")
    }

    /// What [`Script::to_bytes`] wrote, or `None` when it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Script> {
        postcard::from_bytes(bytes).ok()
    }

    /// How many statements it holds, those that were not understood included.
    pub fn statement_count(&self) -> usize {
        self.statements.len()
    }
}

/// A name: an index into [`Script::names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Name(pub u32);

/// A query: an index into [`Script::queries`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct QueryId(pub u32);

/// A dotted name.
pub(crate) type Path = Box<[Name]>;

/// Byte offsets in the text, in the small form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Place(pub u32, pub u32);

impl Place {
    pub fn span(self) -> Span {
        // What a loop of a template repeats may end before the place where it began.
        Span { start: self.0 as usize, end: self.1.max(self.0) as usize }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Statement {
    pub kind: StatementKind,
    pub place: Place,
    pub effects: Vec<Effect>,
}

/// One thing that a statement does; most do one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// Rows are answered to the client.
    Answer(QueryId),
    Fill(Box<Fill>),
    Modify(Box<Modify>),
    Define(Box<Define>),
    /// Tables are named whose data is read or written as a whole.
    Touch {
        reads: Vec<Table>,
        writes: Vec<Table>,
    },
    Drop(Vec<Table>),
    Alter {
        table: Table,
        changes: Vec<Change>,
    },
    Rename {
        from: Table,
        to: Table,
    },
    Swap(Table, Table),
    /// Variables get the columns of a cursor's rows.
    Fetch {
        cursor: Name,
        into: Vec<Name>,
    },
    /// A table has another name from now on.
    Alias {
        name: Table,
        target: Table,
    },
    /// A variable holds the rows of a query for the statements after.
    Record {
        name: Name,
        query: QueryId,
    },
    /// Variables hold the columns of a query for the statements after.
    Assign {
        names: Vec<Name>,
        query: QueryId,
    },
    Use {
        catalog: Option<Name>,
        schema: Option<Name>,
    },
}

/// What happens to one column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Change {
    Add(Name, Option<Name>),
    Drop(Name),
    Rename(Name, Name),
    Retype(Name, Name),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Table {
    /// Empty when the name is computed.
    pub path: Path,
    /// A file, stage or bucket; the path is one name, its address.
    pub location: bool,
    pub place: Place,
}

/// The rows of a query go into a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fill {
    pub target: Table,
    pub columns: Vec<Name>,
    pub query: QueryId,
    pub mode: FillMode,
    /// Partition columns that are constants in the statement: the query does not give them.
    pub fixed: Vec<Name>,
    /// Partition columns that the last columns of the query give.
    pub dynamic: Vec<Name>,
    pub by_name: bool,
    /// What happens to rows that are there already.
    pub conflict: Option<Modify>,
    pub returning: Option<Returning>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FillMode {
    Insert,
    Create { temporary: bool },
    View { temporary: bool },
}

/// Rows of tables change in place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Modify {
    pub ctes: Vec<Cte>,
    pub sources: Vec<Source>,
    /// Sources whose rows change.
    pub targets: Vec<u32>,
    pub sets: Vec<Set>,
    /// `UPDATE SET *` or `INSERT *`: every column of the last source, by name.
    pub all_columns: bool,
    /// `INSERT ROW`: every column of the last source, by position.
    pub whole_row: bool,
    pub inserts: Vec<MergeInsert>,
    pub filters: Vec<(Indirect, Expr)>,
    pub returning: Option<Returning>,
}

/// `column = value`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Set {
    pub qualifier: Path,
    pub column: Name,
    pub value: Expr,
    /// The value is a subquery with several columns, and this one is meant.
    pub pick: Option<u32>,
}

/// The `INSERT` branch of a `MERGE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct MergeInsert {
    pub columns: Vec<Name>,
    pub values: Vec<Expr>,
}

/// Changed rows that are given back or put into another table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Returning {
    pub items: Vec<Item>,
    pub into: Option<Table>,
    pub columns: Vec<Name>,
}

/// A table is declared without rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Define {
    pub table: Table,
    pub columns: Vec<(Name, String)>,
    /// The tables it takes its columns from.
    pub like: Vec<Table>,
    /// Whether the rows come along (`CLONE`).
    pub with_rows: bool,
    pub temporary: bool,
    /// A table of that name stays as it is.
    pub if_not_exists: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Query {
    pub ctes: Vec<Cte>,
    pub branches: Vec<Branch>,
    pub order_by: Vec<Expr>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cte {
    pub name: Name,
    pub columns: Vec<Name>,
    pub query: QueryId,
    /// It may refer to itself.
    pub recursive: bool,
}

/// One operand of a chain of set operations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Branch {
    pub op: SetOp,
    pub by_name: bool,
    pub body: Body,
}

/// How a branch meets the branches before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SetOp {
    First,
    Union,
    Intersect,
    Except,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Body {
    Select(Box<Select>),
    Query(QueryId),
    /// Each column with everything that any row puts there.
    Values(Vec<Expr>),
    Table(Table),
    /// A statement that changes data and returns rows.
    Statement(Box<Statement>),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Select {
    pub items: Vec<Item>,
    pub sources: Vec<Source>,
    pub filters: Vec<(Clause, Expr)>,
    pub group_by: Vec<Expr>,
    /// `GROUP BY ALL`: by every item that does not aggregate.
    pub group_by_all: bool,
}

/// A part of a select that decides about its rows; platforms differ in which of them see aliases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Clause {
    Where,
    GroupBy,
    Having,
    Qualify,
    /// `CONNECT BY`.
    Hierarchy,
    /// `DISTINCT ON`.
    DistinctOn,
    /// What distributes and sorts rows before the result is ordered.
    Sort,
    OrderBy,
}

impl Clause {
    /// What its expressions are keys for, where they need not be true or false.
    pub fn key(self) -> Option<Indirect> {
        (self == Clause::DistinctOn).then_some(Indirect::GroupBy)
    }

    pub fn reason(self) -> Indirect {
        match self {
            Clause::Where | Clause::Having | Clause::Qualify | Clause::DistinctOn => Indirect::Filter,
            Clause::GroupBy => Indirect::GroupBy,
            Clause::Hierarchy => Indirect::Join,
            Clause::Sort | Clause::OrderBy => Indirect::Sort,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Item {
    Expr {
        expr: Expr,
        name: Option<Name>,
    },
    /// Several columns from one expression.
    Many {
        expr: Expr,
        names: Vec<Name>,
    },
    Star(Box<Star>),
}

/// `*` or `q.*`, with what is taken out, replaced and renamed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Star {
    pub qualifier: Path,
    /// The star of a structured value instead of a table.
    pub of: Option<Expr>,
    pub except: Vec<Name>,
    pub replace: Vec<(Name, Expr)>,
    pub rename: Vec<(Name, Name)>,
    /// Only columns whose names match, `%` and `_` as in `LIKE`, in any case.
    pub like: Option<String>,
    /// Only columns whose names this regular expression finds.
    pub matching: Option<String>,
    /// Only columns whose names this one does not find.
    pub lacking: Option<String>,
    /// What is done to each column.
    pub usage: Usage,
    pub place: Place,
}

/// An expression, reduced to what it refers to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Expr {
    pub refs: Vec<Ref>,
    /// Set for a bare number, which `GROUP BY` and `ORDER BY` read as a position.
    pub ordinal: Option<u32>,
    /// Contains an aggregate that is no window function.
    pub aggregates: bool,
    /// The type that a cast gives it.
    pub data_type: Option<Name>,
    /// The fields of a structured value that it makes.
    pub fields: Vec<(Name, Expr)>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ref {
    pub target: Target,
    pub usage: Usage,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Target {
    /// A column, perhaps qualified, perhaps followed by fields.
    Column(Path),
    /// A column followed by fields that cannot be part of its qualified name.
    Field { column: Path, fields: Path },
    /// The values of a subquery.
    Rows(QueryId),
    /// Only whether a subquery has rows.
    Exists(QueryId),
    /// Every column in scope, or of one source.
    Star(Path),
}

/// How a value is used on its way from a reference to the expression's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Usage {
    pub role: Role,
    pub class: Class,
    pub masking: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Role {
    Value,
    Only(Indirect),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Class {
    Identity,
    Transformation,
    Aggregation,
}

impl Default for Usage {
    fn default() -> Usage {
        Usage::IDENTITY
    }
}

impl Usage {
    pub const IDENTITY: Usage = Usage { role: Role::Value, class: Class::Identity, masking: false };

    /// This use of what was itself used like `inner`.
    pub fn of(self, inner: Usage) -> Usage {
        let role = if self.role == Role::Value { inner.role } else { self.role };
        Usage { role, class: self.class.max(inner.class), masking: self.masking || inner.masking }
    }

    pub fn with_class(self, class: Class) -> Usage {
        Usage { class: self.class.max(class), ..self }
    }

    /// The value decides only; a use that decides already keeps its outer reason.
    pub fn only(self, reason: Indirect) -> Usage {
        let role = if self.role == Role::Value { Role::Only(reason) } else { self.role };
        Usage { role, ..self }
    }
}

/// One operand of `FROM`, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Source {
    pub relation: Relation,
    pub alias: Option<Name>,
    pub columns: Vec<Name>,
    pub join: Join,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Relation {
    Table(Table),
    Derived {
        query: QueryId,
        lateral: bool,
    },
    /// The elements of arrays; the alias may name the element.
    Unnest {
        arrays: Vec<Expr>,
        extra: Vec<Name>,
    },
    /// A function that gives rows.
    Function {
        name: Path,
        args: Vec<Expr>,
    },
    /// Named columns, each made from an expression over the sources before.
    Columns(Vec<(Name, Expr)>),
    Nested(Vec<Source>),
    Pivot(Box<Pivot>),
    Unpivot(Box<Unpivot>),
    Match(Box<Match>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pivot {
    pub input: Source,
    pub aggregates: Vec<(Option<Name>, Expr)>,
    pub keys: Vec<Expr>,
    /// The names of the values; empty when they are known only at run time.
    pub values: Vec<Name>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unpivot {
    pub input: Source,
    pub values: Vec<Name>,
    pub name: Name,
    /// Each row's columns, as many as there are values.
    pub columns: Vec<Vec<Name>>,
    /// All columns but these are turned into rows, instead.
    pub all_but: Option<Vec<Name>>,
}

/// `MATCH_RECOGNIZE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Match {
    pub input: Source,
    pub partition_by: Vec<Expr>,
    pub order_by: Vec<Expr>,
    pub measures: Vec<(Name, Expr)>,
    pub conditions: Vec<Expr>,
    /// Names of pattern variables, which qualify columns of the input.
    pub symbols: Vec<Name>,
    pub all_rows: bool,
}

/// How a source meets the sources before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Join {
    pub side: Side,
    pub on: Option<Expr>,
    pub using: Vec<Name>,
    pub natural: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Side {
    /// A comma or a cross join.
    #[default]
    Cross,
    Inner,
    Left,
    Right,
    Full,
    /// Only decides about the rows; its columns are not seen.
    Semi,
}
