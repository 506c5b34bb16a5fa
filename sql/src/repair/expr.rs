//! Expressions and types in forms that the parser does not know.

use sqlparser::tokenizer::Token;

use super::{Repair, create::name_end, view::View};

/// Units of time after a number or a bracket.
const UNITS: [&str; 18] = [
    "YEAR",
    "YEARS",
    "MONTH",
    "MONTHS",
    "WEEK",
    "WEEKS",
    "DAY",
    "DAYS",
    "HOUR",
    "HOURS",
    "MINUTE",
    "MINUTES",
    "SECOND",
    "SECONDS",
    "MICROSECOND",
    "MICROSECONDS",
    "MILLISECOND",
    "MILLISECONDS",
];

pub(super) fn expression(view: View<'_>, at: usize) -> Option<Repair> {
    let here = view.solid(at);
    let rules = [
        field_star,
        tuple_index,
        duration,
        interval,
        cast_type,
        filter_condition,
        range_of_values,
        bulk_rows,
        comprehension,
        named_argument,
        argument_word,
        made_columns,
        named_value,
        literal_parts,
        grouping_order,
        output_alias,
        double_dot,
    ];
    rules.iter().find_map(|rule| rule(view, here))
}

/// `f(x).*`: all fields of a value.
fn field_star(view: View<'_>, at: usize) -> Option<Repair> {
    let star = [Some(at), view.before(at)].into_iter().flatten().find(|at| view.is(*at, "*"))?;
    let dot = view.before(star).filter(|dot| view.is(*dot, "."))?;
    view.any(view.before(dot)?, &[")", "]"]).then(|| Repair::dropped(dot..star + 1).losing("which fields a value has"))
}

/// `tuple.1`.
fn tuple_index(view: View<'_>, at: usize) -> Option<Repair> {
    matches!(view.token(at), Token::Number(text, _) if text.starts_with('.')).then(|| Repair::dropped(at..at + 1))
}

/// `a - 1 DAY`: a number with its unit.
fn duration(view: View<'_>, at: usize) -> Option<Repair> {
    let unit = [Some(at), view.before(at)].into_iter().flatten().find(|at| view.any(*at, &UNITS))?;
    let before = view.before(unit)?;
    let counted = matches!(view.token(before), Token::Number(..)) || view.any(before, &[")", "]"]);
    let end = view.reads(unit + 1, "TO").map_or(unit + 1, |end| view.solid(end) + 1);
    (counted || view.is_string(before)).then(|| Repair::dropped(unit..end))
}

/// `INTERVAL '1:1' MINUTE_SECOND`: a unit that is not known.
fn interval(view: View<'_>, at: usize) -> Option<Repair> {
    let mut start = at;
    for _ in 0..6 {
        if view.is(start, "INTERVAL") {
            let sign = view.next(start);
            let amount = if view.any(sign, &["-", "+"]) { view.next(sign) } else { sign };
            let mut end = view.group(amount).max(amount + 1);
            let with = view.copy(amount..end);
            let unit = view.solid(end);
            if view.is_word(unit) && !view.any(unit, &["AND", "OR", "AS", "FROM"]) {
                end = unit + 1;
            }
            // `1 DAY 2 HOURS`: more of the same.
            while view.any(view.next(view.solid(end)), &UNITS) && !view.is_word(view.solid(end)) {
                end = view.next(view.solid(end)) + 1;
            }
            return Some(Repair::respelled(start..end, with));
        }
        start = view.before(start)?;
    }
    None
}

/// `FILTER (c)` as `FILTER (WHERE c)`.
fn filter_condition(view: View<'_>, at: usize) -> Option<Repair> {
    let open = [Some(at), view.opening(at), view.before(at).filter(|open| view.is(*open, "("))];
    let filter = |open: &usize| view.is(*open, "(") && view.before(*open).is_some_and(|word| view.is(word, "FILTER"));
    let inside = view.next(open.into_iter().flatten().find(filter)?);
    (!view.is(inside, "WHERE")).then(|| Repair::respelled(inside..inside, view.made("WHERE", inside)))
}

/// Exasol's `VALUES BETWEEN a AND b` as `(SELECT a AS range_value)`.
fn range_of_values(view: View<'_>, at: usize) -> Option<Repair> {
    let near = std::iter::successors(Some(at), |at| view.before(*at)).take(4);
    let start = near.into_iter().find(|at| view.reads(*at, "VALUES BETWEEN").is_some())?;
    let from = view.solid(view.reads(start, "VALUES BETWEEN")?);
    let and = view.until(from, |view, at| view.is(at, "AND"));
    let ends = |view: &View<'_>, at: usize| {
        view.any(at, &["AS", "WITH", "WHERE", "GROUP", "ORDER", "LIMIT", ",", "JOIN", "INNER", "LEFT", "CROSS"])
    };
    let end = view.until(and, ends);
    let end = view.reads(end, "WITH STEP").map_or(end, |step| view.solid(step) + 1);
    let operand = view.before(start).is_some_and(|before| view.any(before, &["FROM", "JOIN", ","]));
    let mut out = view.made(if operand { "( SELECT" } else { "SELECT" }, start);
    out.extend(view.copy(from..and));
    out.extend(view.made("AS RANGE_VALUE", start));
    if operand {
        out.extend(view.made(")", start));
    }
    Some(Repair::respelled(start..end, out))
}

/// T-SQL's `OPENROWSET(BULK 'f', FORMAT = 'PARQUET')` as the rows of a file.
fn bulk_rows(view: View<'_>, at: usize) -> Option<Repair> {
    let mut open = [Some(at), view.opening(at), view.before(at)].into_iter().flatten();
    let open = open.find(|open| view.is(*open, "(") && view.is(view.next(*open), "BULK"))?;
    let call = view.before(open).filter(|call| view.is(*call, "OPENROWSET"))?;
    let address = view.next(view.next(open));
    let mut out = view.made("read_files (", call);
    out.extend(view.copy(address..address + 1));
    out.extend(view.made(")", call));
    view.is_string(address).then(|| Repair::respelled(call..view.group(open), out))
}

/// A type that is not known, in `CAST(x AS …)` or after `::`.
fn cast_type(view: View<'_>, at: usize) -> Option<Repair> {
    if let Some(repair) = suffix_type(view, at) {
        return Some(repair);
    }
    let mut inside = at;
    for _ in 0..4 {
        let open = view.opening(inside)?;
        let call = view.before(open)?;
        if view.any(call, &["CAST", "TRY_CAST", "SAFE_CAST", "XMLCAST", "TREAT"]) {
            let word = view.until(view.next(open), |view, at| view.any(at, &["AS", ":"]));
            let end = view.group(open) - 1;
            let start = view.next(word);
            return (view.is(word, "AS") && word < at && !plain(view, start, end))
                .then(|| Repair::respelled(start..end, view.made("TEXT", start)));
        }
        inside = open;
    }
    None
}

/// Whether a type is one word already.
fn plain(view: View<'_>, start: usize, end: usize) -> bool {
    view.is_word(start) && view.next(start) >= end
}

/// What follows the word of a type after `::`.
fn suffix_type(view: View<'_>, at: usize) -> Option<Repair> {
    let mut word = view.before(at)?;
    if view.is(word, "::") {
        return None;
    }
    if !view.is(view.before(word)?, "::") {
        word = view.before(word)?;
    }
    if !view.is(view.before(word)?, "::") || !view.is_word(word) {
        return None;
    }
    let open = view.next(word);
    if view.is(open, "(") {
        return Some(Repair::respelled(word..view.group(open), view.made("TEXT", word)));
    }
    if view.any(open, &["AS"]) {
        return Some(Repair::respelled(word..word + 1, view.made("TEXT", word))).filter(|_| !view.is(word, "TEXT"));
    }
    view.is(open, "LIST").then(|| Repair::dropped(open..open + 1))
}

/// `[e FOR v IN list IF c]` as `[list_transform(list, v -> CASE WHEN c THEN e END)]`.
fn comprehension(view: View<'_>, at: usize) -> Option<Repair> {
    if !view.is(at, "FOR") {
        return None;
    }
    let open = view.opening(at).filter(|open| view.is(*open, "["))?;
    let end = view.group(open);
    let inside = view.until(at, |view, at| view.is(at, "IN"));
    let condition = view.until(inside, |view, at| view.is(at, "IF"));
    let mut with = view.made("list_transform (", open);
    with.extend(view.copy(inside + 1..condition.min(end - 1)));
    with.extend(view.made(",", at));
    with.extend(view.copy(view.next(at)..inside));
    with.extend(view.made("->", at));
    if view.is(condition, "IF") {
        with.extend(view.made("CASE WHEN", condition));
        with.extend(view.copy(condition + 1..end - 1));
        with.extend(view.made("THEN", condition));
        with.extend(view.copy(open + 1..at));
        with.extend(view.made("END", condition));
    } else {
        with.extend(view.copy(open + 1..at));
    }
    with.extend(view.made(")", at));
    Some(Repair::respelled(open..end, with))
}

/// `JSON_OBJECT(KEY 'a' VALUE b, 'c' : d)`: commas between keys and values.
fn named_argument(view: View<'_>, at: usize) -> Option<Repair> {
    let open = view.opening(at).filter(|open| view.is(*open, "("))?;
    let call = view.before(open)?;
    if !view.any(call, &["JSON_OBJECT", "JSON_OBJECTAGG", "JSON_ARRAY", "JSON_ARRAYAGG"]) {
        return None;
    }
    let key = [Some(at), view.before(at)].into_iter().flatten().find(|at| view.is(*at, "KEY"));
    if let Some(key) = key {
        return Some(Repair::dropped(key..key + 1));
    }
    view.any(at, &["VALUE", ":"]).then(|| Repair::respelled(at..at + 1, view.made(",", at)))
}

/// A word before an argument, like `MODEL` or `TABLE`, and the manner of a function after one.
fn argument_word(view: View<'_>, at: usize) -> Option<Repair> {
    let open = view.opening(at).filter(|open| view.is(*open, "("))?;
    let before = view.before(at)?;
    // A model holds no rows.
    if view.is(before, "MODEL") && view.is_word(at) {
        let comma = view.until(at, |view, at| view.is(at, ","));
        return Some(Repair::dropped(before..(comma + 1).min(view.group(open) - 1)).passing("a model"));
    }
    if view.any(before, &["MODEL", "TABLE", "DATA", "LANGUAGE"]) && !view.any(at, &["=", ","]) {
        return Some(Repair::dropped(before..before + 1));
    }
    let returning = [Some(at), view.before(at), view.before(before)];
    let returning = returning.into_iter().flatten().find(|at| view.is(*at, "RETURNING"));
    if let Some(start) = returning.filter(|start| *start > open) {
        let end = view.until(start, |view, at| view.is(at, ","));
        return Some(Repair::dropped(start..end));
    }
    // `DEFAULT x ON EMPTY`, `GROUP BY` of a pivot and other words to the end of the call.
    if view.is(at, "DEFAULT") {
        return Some(Repair::dropped(at..view.until(at, |view, at| view.is(at, ","))));
    }
    view.reads(at, "GROUP BY")
        .filter(|_| view.before(open).is_some_and(|word| view.is(word, "PIVOT")))
        .map(|end| Repair::dropped(at..view.until(end, |_, _| false)).losing("how a pivot groups"))
}

/// `f(…) WITH (a int, b text) AS t` as `f(…) AS t (a, b)`.
fn made_columns(view: View<'_>, at: usize) -> Option<Repair> {
    let mut with_word = [Some(at), view.before(at)].into_iter().flatten().find(|at| view.is(*at, "WITH"));
    let mut inside = at;
    for _ in 0..3 {
        if with_word.is_some() {
            break;
        }
        let Some(open) = view.opening(inside) else { break };
        with_word = view.before(open).filter(|word| view.is(*word, "WITH"));
        inside = open;
    }
    let start = with_word?;
    let open = view.next(start);
    if !view.before(start).is_some_and(|before| view.is(before, ")")) {
        return None;
    }
    if !view.is(open, "(") {
        return view.is_word(open).then(|| Repair::dropped(start..open + 1).losing("which columns a source has"));
    }
    let end = view.group(open);
    let alias = view.solid(view.reads(end, "AS").unwrap_or(end));
    let named = view.is_word(alias) && !view.any(alias, &["WHERE", "JOIN", "ON", "ORDER", "GROUP", "CROSS", "LEFT"]);
    let mut made = view.made("AS", start);
    made.extend(if named { view.copy(alias..alias + 1) } else { view.made("_rowset", start) });
    let mut item = view.next(open);
    let mut sign = "(";
    while item + 1 < end {
        made.extend(view.made(sign, item));
        made.extend(view.copy(item..item + 1));
        item = view.next(view.until(item, |view, at| view.is(at, ",")));
        sign = ",";
    }
    made.extend(view.made(")", end - 1));
    Some(Repair::respelled(start..if named { alias + 1 } else { end }, made))
}

/// `(e AS name)` inside an expression, and values with names in rows and elements.
fn named_value(view: View<'_>, at: usize) -> Option<Repair> {
    let at = [Some(at), view.before(at)].into_iter().flatten().find(|at| view.is(*at, "AS"))?;
    view.opening(at).filter(|open| view.is(*open, "("))?;
    let mut name = view.next(at);
    if view.is(name, "EVALNAME") {
        return Some(Repair::respelled(at..name + 1, view.made(",", at)));
    }
    if !view.is_word(name) && !view.is_string(name) && !matches!(view.token(name), Token::Number(..)) {
        name = at;
    }
    let open = view.opening(at)?;
    let outer = view.opening(open).and_then(|outer| view.before(outer));
    // A row's value is known by its place, and what an `UNPIVOT` calls a column by the column.
    let known = view.before(open).is_some_and(|word| view.any(word, &["VALUES", ","]))
        || outer.is_some_and(|word| view.any(word, &["UNPIVOT", "IN"]));
    let change = Repair::dropped(at..name + 1);
    Some(if known { change } else { change.losing("a name inside an expression") })
}

/// A literal in several parts, or with a mark that is not known.
fn literal_parts(view: View<'_>, at: usize) -> Option<Repair> {
    let before = view.before(at)?;
    let literal = view.is_string(before) || matches!(view.token(before), Token::HexStringLiteral(_));
    if view.is_string(at) && (literal || view.is(before, ":")) {
        let start = if literal { at } else { before };
        let end = if literal { at + 1 } else { at };
        return Some(Repair::dropped(start..end));
    }
    None
}

/// `GROUP BY a DESC`.
fn grouping_order(view: View<'_>, at: usize) -> Option<Repair> {
    view.any(at, &["ASC", "DESC"]).then(|| Repair::dropped(at..at + 1))
}

/// An alias where there can be none.
fn output_alias(view: View<'_>, at: usize) -> Option<Repair> {
    let before = view.before(at)?;
    // A star with a name.
    if view.is(at, "AS") && view.is(before, "*") {
        return Some(Repair::dropped(at..name_end(view, view.next(at))));
    }
    // `END CASE`, or a second name.
    let twice = view.is(at, "AS") && view.is_word(before);
    let end = twice && view.before(before).is_some_and(|word| view.any(word, &["END", ")"]));
    end.then(|| Repair::dropped(before..before + 1))
}

/// Names that begin with dots: the defaults are left out.
fn double_dot(view: View<'_>, at: usize) -> Option<Repair> {
    if !view.is(at, ".") {
        return None;
    }
    let before = view.before(at)?;
    view.any(before, &["FROM", "JOIN", "INTO", "UPDATE", ".", ","]).then(|| Repair::dropped(at..at + 1))
}
