//! Statements made from a tape of bytes: the same tape gives the same statement, a shorter one a smaller statement.
//!
//! They can be run: the tables are those of [`TABLES`], all values are numbers, and no name is a word of any dialect.

use std::collections::BTreeSet;

/// Tables with their columns.
pub const TABLES: [(&str, &[&str]); 3] = [
    ("sales_t", &["sale_id", "buyer_id", "price_c", "count_c"]),
    ("buyers_t", &["buyer_key", "area_id", "score_c"]),
    ("areas_t", &["area_key", "tax_c", "level_c"]),
];

/// A column of one of [`TABLES`].
pub type Origin = (usize, usize);

/// Selects with `UNION ALL` between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub selects: Vec<Select>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    items: Vec<Expr>,
    sources: Vec<Source>,
    /// One less than there are sources.
    joins: Vec<(&'static str, Cond)>,
    filter: Option<Cond>,
    group: Vec<Expr>,
    having: Option<Cond>,
}

#[derive(Clone, Debug, PartialEq)]
enum Source {
    Table(usize),
    Query(Box<Query>),
}

#[derive(Clone, Debug, PartialEq)]
enum Expr {
    Column {
        source: usize,
        column: usize,
    },
    Number(usize),
    Sum(Box<Expr>, Box<Expr>),
    Coalesce(Box<Expr>, Box<Expr>),
    Case(Box<Cond>, Box<Expr>, Box<Expr>),
    Aggregate(&'static str, Box<Expr>),
    Window(&'static str, Box<Expr>, Box<Expr>),
    /// The largest value of the first column.
    Subquery(Box<Query>),
}

#[derive(Clone, Debug, PartialEq)]
enum Cond {
    Less(Expr, Expr),
    Equal(Expr, Expr),
    IsNull(Expr),
    And(Box<Cond>, Box<Cond>),
    In(Expr, Box<Query>),
    Exists(Box<Query>),
}

/// Choices, one byte each; past the end every choice is the first.
struct Tape<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl Tape<'_> {
    fn pick(&mut self, of: usize) -> usize {
        self.bytes.next().map_or(0, |byte| usize::from(*byte) % of)
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.pick(one_in) == one_in - 1
    }
}

impl Query {
    /// Queries stand within each other at most so deep.
    pub fn from_tape(bytes: &[u8], depth: usize) -> Query {
        let mut tape = Tape { bytes: bytes.iter() };
        let width = 1 + tape.pick(3);
        query(&mut tape, depth, width)
    }

    /// How many columns the result has.
    pub fn width(&self) -> usize {
        self.selects[0].items.len()
    }

    /// The columns whose values arrive in a column of the result.
    pub fn values(&self, column: usize) -> BTreeSet<Origin> {
        self.selects.iter().flat_map(|select| select.values(&select.items[column])).collect()
    }
}

impl Select {
    fn values(&self, expr: &Expr) -> BTreeSet<Origin> {
        match expr {
            Expr::Column { source, column } => match &self.sources[*source] {
                Source::Table(table) => BTreeSet::from([(*table, *column)]),
                Source::Query(query) => query.values(*column),
            },
            Expr::Number(_) => BTreeSet::new(),
            Expr::Sum(a, b) | Expr::Coalesce(a, b) | Expr::Case(_, a, b) => &self.values(a) | &self.values(b),
            Expr::Aggregate(_, value) | Expr::Window(_, value, _) => self.values(value),
            Expr::Subquery(query) => query.values(0),
        }
    }
}

fn query(tape: &mut Tape<'_>, depth: usize, width: usize) -> Query {
    let branches = if tape.chance(4) { 2 } else { 1 };
    Query { selects: (0..branches).map(|_| select(tape, depth, width)).collect() }
}

fn select(tape: &mut Tape<'_>, depth: usize, width: usize) -> Select {
    let count = 1 + tape.pick(3);
    let sources: Vec<Source> = (0..count).map(|_| source(tape, depth)).collect();
    let mut build = Build { tape, depth, widths: sources.iter().map(Source::width).collect() };
    let joins = (1..count).map(|last| build.join(last)).collect();
    let filter = build.tape.chance(2).then(|| build.cond(2));
    let grouped = build.tape.chance(3);
    let group: Vec<Expr> = if grouped { (0..1 + build.tape.pick(2)).map(|_| build.column()).collect() } else { vec![] };
    let items = (0..width).map(|_| if grouped { build.grouped(&group) } else { build.item() }).collect();
    let having = (grouped && build.tape.chance(3)).then(|| Cond::Less(Expr::Number(2), build.aggregate()));
    Select { items, sources, joins, filter, group, having }
}

fn source(tape: &mut Tape<'_>, depth: usize) -> Source {
    if depth > 0 && tape.chance(3) {
        let width = 1 + tape.pick(3);
        return Source::Query(Box::new(query(tape, depth - 1, width)));
    }
    Source::Table(tape.pick(TABLES.len()))
}

impl Source {
    fn width(&self) -> usize {
        match self {
            Source::Table(table) => TABLES[*table].1.len(),
            Source::Query(query) => query.width(),
        }
    }

    fn column(&self, column: usize) -> String {
        match self {
            Source::Table(table) => TABLES[*table].1[column].to_owned(),
            Source::Query(_) => format!("out_{column}"),
        }
    }
}

/// Makes expressions over the sources of one select.
struct Build<'a, 'b> {
    tape: &'a mut Tape<'b>,
    depth: usize,
    widths: Vec<usize>,
}

impl Build<'_, '_> {
    fn join(&mut self, last: usize) -> (&'static str, Cond) {
        let kind = ["join", "left join"][self.tape.pick(2)];
        let (left, right) = (self.tape.pick(last), last);
        let column =
            |build: &mut Build<'_, '_>, source| Expr::Column { source, column: build.tape.pick(build.widths[source]) };
        (kind, Cond::Equal(column(self, left), column(self, right)))
    }

    fn column(&mut self) -> Expr {
        let source = self.tape.pick(self.widths.len());
        Expr::Column { source, column: self.tape.pick(self.widths[source]) }
    }

    fn item(&mut self) -> Expr {
        match self.tape.pick(6) {
            0 => Expr::Window(["sum", "max"][self.tape.pick(2)], Box::new(self.column()), Box::new(self.column())),
            1 if self.depth > 0 => Expr::Subquery(Box::new(query(self.tape, 0, 1))),
            _ => self.expr(2),
        }
    }

    fn grouped(&mut self, group: &[Expr]) -> Expr {
        match self.tape.pick(2) {
            0 => group[self.tape.pick(group.len())].clone(),
            _ => self.aggregate(),
        }
    }

    fn aggregate(&mut self) -> Expr {
        let name = ["sum", "min", "max", "count"][self.tape.pick(4)];
        Expr::Aggregate(name, Box::new(self.expr(1)))
    }

    fn expr(&mut self, depth: usize) -> Expr {
        let choices = if depth == 0 { 4 } else { 8 };
        match self.tape.pick(choices) {
            0..=2 => self.column(),
            3 => Expr::Number(self.tape.pick(7)),
            4 | 5 => Expr::Sum(Box::new(self.expr(depth - 1)), Box::new(self.expr(depth - 1))),
            6 => Expr::Coalesce(Box::new(self.column()), Box::new(self.expr(depth - 1))),
            _ => {
                let when = Box::new(Cond::Less(self.expr(depth - 1), self.column()));
                Expr::Case(when, Box::new(self.expr(depth - 1)), Box::new(self.expr(depth - 1)))
            }
        }
    }

    fn cond(&mut self, depth: usize) -> Cond {
        match self.tape.pick(if depth == 0 { 3 } else { 6 }) {
            0 => Cond::Less(self.column(), self.expr(1)),
            1 => Cond::Equal(self.column(), self.expr(0)),
            2 => Cond::IsNull(self.column()),
            3 => Cond::And(Box::new(self.cond(depth - 1)), Box::new(self.cond(depth - 1))),
            4 => Cond::In(self.column(), Box::new(query(self.tape, 0, 1))),
            _ => Cond::Exists(Box::new(query(self.tape, 0, 1))),
        }
    }
}

/// How a statement is written; what it means is the same.
#[derive(Clone, Debug)]
pub struct Style {
    /// What the names of aliases and of CTEs begin with.
    pub prefix: &'static str,
    /// Whether queries in `FROM` stand in a `WITH` before the statement.
    pub ctes: bool,
    /// Whether columns of tables are unqualified where only one source has them.
    pub bare: bool,
    /// Chooses the case of keywords and what stands between words.
    pub noise: Vec<u8>,
}

impl Style {
    /// One space between words.
    pub const PLAIN: Style = Style { prefix: "x", ctes: false, bare: false, noise: Vec::new() };

    pub fn write(&self, query: &Query) -> String {
        let mut writer = Writer { style: self, ctes: vec![], aliases: 0 };
        let body = writer.query(query);
        let mut words = vec![];
        for (at, (_, cte)) in writer.ctes.iter().enumerate() {
            words.extend([if at == 0 { "with" } else { "," }.to_owned(), self.cte(at), "as (".to_owned()]);
            words.extend(cte.iter().cloned());
            words.push(")".to_owned());
        }
        words.extend(body);
        self.join(&words)
    }

    fn cte(&self, at: usize) -> String {
        format!("{}cte_{at}", self.prefix)
    }

    fn join(&self, words: &[String]) -> String {
        let mut tape = Tape { bytes: self.noise.iter() };
        let mut out = String::new();
        for word in words {
            out += if tape.chance(3) { cased(word) } else { word.clone() }.as_str();
            out += [" ", "\n", "\t ", " /* it's from \"a\"; */ ", " -- select b from c;\n", "\r\n"][tape.pick(6)];
        }
        out
    }
}

/// In capitals when it holds no name: those count in some dialects.
fn cased(words: &str) -> String {
    let named = words.contains(|c: char| c == '_' || c.is_ascii_digit());
    if named { words.to_owned() } else { words.to_uppercase() }
}

struct Writer<'a> {
    style: &'a Style,
    ctes: Vec<(Query, Vec<String>)>,
    aliases: usize,
}

/// The sources of the select that is being written, each with its alias.
struct Scope<'a> {
    sources: &'a [Source],
    aliases: Vec<String>,
}

impl Writer<'_> {
    fn query(&mut self, query: &Query) -> Vec<String> {
        let mut words = vec![];
        for (at, select) in query.selects.iter().enumerate() {
            if at > 0 {
                words.push("union all".to_owned());
            }
            words.extend(self.select(select));
        }
        words
    }

    fn select(&mut self, select: &Select) -> Vec<String> {
        let aliases = select.sources.iter().map(|_| self.alias()).collect();
        let scope = Scope { sources: &select.sources, aliases };
        let mut words = vec!["select".to_owned()];
        for (at, item) in select.items.iter().enumerate() {
            words.extend((at > 0).then(|| ",".to_owned()));
            words.extend(self.expr(item, &scope));
            words.extend(["as".to_owned(), format!("out_{at}")]);
        }
        words.extend(self.from(select, &scope));
        if let Some(filter) = &select.filter {
            words.push("where".to_owned());
            words.extend(self.cond(filter, &scope));
        }
        for (at, key) in select.group.iter().enumerate() {
            words.push(if at == 0 { "group by" } else { "," }.to_owned());
            words.extend(self.expr(key, &scope));
        }
        if let Some(having) = &select.having {
            words.push("having".to_owned());
            words.extend(self.cond(having, &scope));
        }
        words
    }

    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("{}{}", self.style.prefix, self.aliases)
    }

    fn from(&mut self, select: &Select, scope: &Scope<'_>) -> Vec<String> {
        let mut words = vec!["from".to_owned()];
        for (at, source) in select.sources.iter().enumerate() {
            let join = at.checked_sub(1).map(|join| &select.joins[join]);
            words.extend(join.map(|(kind, _)| (*kind).to_owned()));
            words.extend(self.source(source));
            words.push(scope.aliases[at].clone());
            if let Some((_, on)) = join {
                words.push("on".to_owned());
                words.extend(self.cond(on, scope));
            }
        }
        words
    }

    fn source(&mut self, source: &Source) -> Vec<String> {
        match source {
            Source::Table(table) => vec![TABLES[*table].0.to_owned()],
            Source::Query(query) if self.style.ctes => vec![self.as_cte(query)],
            Source::Query(query) => self.nested("(", query, ")"),
        }
    }

    /// The same query is the same CTE.
    fn as_cte(&mut self, query: &Query) -> String {
        let at = self.ctes.iter().position(|(known, _)| known == query).unwrap_or_else(|| {
            let words = self.query(query);
            self.ctes.push((query.clone(), words));
            self.ctes.len() - 1
        });
        self.style.cte(at)
    }

    fn nested(&mut self, before: &str, query: &Query, after: &str) -> Vec<String> {
        let inner = self.query(query);
        [before.to_owned()].into_iter().chain(inner).chain([after.to_owned()]).collect()
    }

    fn expr(&mut self, expr: &Expr, scope: &Scope<'_>) -> Vec<String> {
        let word = |text: &str| vec![text.to_owned()];
        match expr {
            Expr::Column { source, column } => vec![self.column(*source, *column, scope)],
            Expr::Number(number) => vec![number.to_string()],
            Expr::Sum(a, b) => [word("("), self.expr(a, scope), word("+"), self.expr(b, scope), word(")")].concat(),
            Expr::Coalesce(a, b) => {
                [word("coalesce("), self.expr(a, scope), word(","), self.expr(b, scope), word(")")].concat()
            }
            Expr::Case(when, a, b) => {
                let (when, a, b) = (self.cond(when, scope), self.expr(a, scope), self.expr(b, scope));
                [word("case when"), when, word("then"), a, word("else"), b, word("end")].concat()
            }
            Expr::Aggregate(name, value) => [vec![format!("{name}(")], self.expr(value, scope), word(")")].concat(),
            Expr::Window(name, value, by) => {
                let (value, by) = (self.expr(value, scope), self.expr(by, scope));
                [vec![format!("{name}(")], value, word(") over ( partition by"), by, word(")")].concat()
            }
            Expr::Subquery(query) => {
                let alias = self.alias();
                self.nested(&format!("( select max( {alias}.out_0 ) as big from ("), query, &format!(") {alias} )"))
            }
        }
    }

    fn column(&self, source: usize, column: usize, scope: &Scope<'_>) -> String {
        let name = scope.sources[source].column(column);
        let is_table = matches!(scope.sources[source], Source::Table(_));
        let same = scope.sources.iter().filter(|other| **other == scope.sources[source]).count();
        if self.style.bare && is_table && same == 1 { name } else { format!("{}.{name}", scope.aliases[source]) }
    }

    fn cond(&mut self, cond: &Cond, scope: &Scope<'_>) -> Vec<String> {
        let word = |text: &str| vec![text.to_owned()];
        match cond {
            Cond::Less(a, b) => [self.expr(a, scope), word("<"), self.expr(b, scope)].concat(),
            Cond::Equal(a, b) => [self.expr(a, scope), word("="), self.expr(b, scope)].concat(),
            Cond::IsNull(value) => [self.expr(value, scope), word("is null")].concat(),
            Cond::And(a, b) => [self.cond(a, scope), word("and"), self.cond(b, scope)].concat(),
            Cond::In(value, query) => [self.expr(value, scope), self.nested("in (", query, ")")].concat(),
            Cond::Exists(query) => self.nested("exists (", query, ")"),
        }
    }
}
