//! The text of a deletion in the dialect of a platform, with a parameter where the key goes.

use binding::Dialect;
use graph::{NodeName, QualifiedName};

/// A statement for a person to read and run. It has parameters and never a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    pub text: String,
    pub dialect: &'static str,
    /// As they are named in the text, each once.
    pub parameters: Vec<String>,
}

/// Where the rows of a subject are: each column with the name of its parameter.
#[derive(Clone, Debug)]
pub(super) enum Rows<'a> {
    /// Any of the keys fits.
    ByKey(Vec<(&'a str, String)>),
    /// The first column is among the second, of another table, in the rows with the key there.
    Through { own: &'a str, table: &'a QualifiedName, other: &'a str, keys: Vec<(&'a str, String)> },
}

/// Deletes rows, or empties columns of them when any are given.
pub(super) fn statement(table: &QualifiedName, rows: &Rows<'_>, emptied: &[&str]) -> Option<Statement> {
    let dialect = binding::dialect_of_platform(&table.namespace)?;
    let mut writer = Writer { dialect, parameters: Vec::new() };
    let name = writer.table(table);
    let condition = writer.rows(rows);
    let sets: Vec<String> = emptied.iter().map(|column| format!("{} = NULL", writer.path(column))).collect();
    let text = match (dialect.name(), sets.is_empty()) {
        ("clickhouse", false) => format!("ALTER TABLE {name} UPDATE {} WHERE {condition}", sets.join(", ")),
        (_, true) => format!("DELETE FROM {name} WHERE {condition}"),
        (_, false) => format!("UPDATE {name} SET {} WHERE {condition}", sets.join(", ")),
    };
    Some(Statement { text, dialect: dialect.name(), parameters: writer.parameters })
}

struct Writer {
    dialect: Dialect,
    parameters: Vec<String>,
}

impl Writer {
    fn rows(&mut self, rows: &Rows<'_>) -> String {
        match rows {
            Rows::ByKey(keys) => self.keys(keys),
            Rows::Through { own, table, other, keys } => {
                let keys = self.keys(keys);
                let (own, table, other) = (self.path(own), self.table(table), self.path(other));
                format!("{own} IN (SELECT {other} FROM {table} WHERE {keys})")
            }
        }
    }

    fn keys(&mut self, keys: &[(&str, String)]) -> String {
        let fits: Vec<String> =
            keys.iter().map(|(column, name)| format!("{} = {}", self.path(column), self.parameter(name))).collect();
        fits.join(" OR ")
    }

    /// A parameter as the platform's own clients write it.
    fn parameter(&mut self, name: &str) -> String {
        let written = match self.dialect.name() {
            "bigquery" | "tsql" => format!("@{name}"),
            "clickhouse" => format!("{{{name}:String}}"),
            "trino" | "presto" | "athena" | "mysql" | "mariadb" | "db2" | "starrocks" | "doris" => "?".to_owned(),
            "hive" | "impala" => format!("${{{name}}}"),
            _ => format!(":{name}"),
        };
        if !self.parameters.iter().any(|known| known == name) || written == "?" {
            self.parameters.push(name.to_owned());
        }
        written
    }

    /// Quotes that a dataset was reported with do not belong to its name.
    fn table(&self, table: &QualifiedName) -> String {
        parts(&table.name).iter().map(|part| self.quoted(part)).collect::<Vec<_>>().join(".")
    }

    fn path(&self, column: &str) -> String {
        column.split('.').map(|part| self.quoted(part)).collect::<Vec<_>>().join(".")
    }

    fn quoted(&self, part: &str) -> String {
        match self.dialect.name() {
            "mysql" | "mariadb" | "bigquery" | "databricks" | "spark" | "hive" | "impala" | "starrocks" | "doris"
            | "clickhouse" => format!("`{}`", part.replace('`', "``")),
            "tsql" => format!("[{}]", part.replace(']', "]]")),
            _ if self.is_plain(part) => part.to_owned(),
            _ => format!("\"{}\"", part.replace('"', "\"\"")),
        }
    }

    /// Where unquoted names are folded, one in lower case is not quoted: the platform may have it in upper case.
    fn is_plain(&self, part: &str) -> bool {
        let mut letters = part.chars();
        let starts = letters.next().is_some_and(|first| first.is_ascii_lowercase() || first == '_');
        let lower = letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let upper = part.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            && self.dialect.stored("a", false) == "A";
        ((starts && lower) || upper) && !RESERVED.split_ascii_whitespace().any(|word| part.eq_ignore_ascii_case(word))
    }
}

const RESERVED: &str = "\
 all analyse analyze and any array as asc authorization between binary both by case cast check collate column \
 constraint create cross current_date current_time current_timestamp current_user date default delete desc \
 distinct do drop else end except exists false fetch for foreign freeze from full grant group having in index \
 initially inner insert intersect into is isnull join key lateral leading left level like limit localtime lock \
 natural not notnull null of offset on only or order outer overlaps placing primary references \
 rename returning right role row rows select session_user set similar some symmetric table \
 tablesample then to trailing true union unique update user using values verbose view when where window with";

/// The parts of a dotted name without their quotes; dots within quotes do not divide.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut inside: Option<char> = None;
    for c in name.trim().chars() {
        match (inside, c) {
            (Some(quote), c) if c == quote => inside = None,
            (None, '"' | '`') => inside = Some(c),
            (None, '.') => parts.push(String::new()),
            (_, c) => parts.iter_mut().next_back().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts
}

/// The dataset and the path of a column.
pub(super) fn column(name: &NodeName) -> Option<(&QualifiedName, &str)> {
    match name {
        NodeName::Column(dataset, path) => Some((dataset, path)),
        NodeName::Namespace(_) | NodeName::Dataset(_) | NodeName::Job(_) | NodeName::Owner(_) | NodeName::Tag(_) => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(namespace: &str, table: &str, emptied: &[&str], expected: &str) {
        let rows = Rows::ByKey(vec![("customer_id", "subject_key".into()), ("Mail", "subject_mail".into())]);
        let found = statement(&QualifiedName::new(namespace, table), &rows, emptied);
        assert_eq!(found.map(|found| found.text).unwrap_or_default(), expected);
    }

    #[test]
    fn names_and_parameters_are_those_of_the_platform() {
        let cases = [
            (
                "postgres://h",
                "shop.public.order",
                r#"DELETE FROM shop.public."order" WHERE customer_id = :subject_key OR "Mail" = :subject_mail"#,
            ),
            (
                "snowflake://a",
                "ANALYTICS.raw.customers",
                r#"DELETE FROM ANALYTICS.raw.customers WHERE customer_id = :subject_key OR "Mail" = :subject_mail"#,
            ),
            ("mysql://h:3306", "shop.`a.b`", "DELETE FROM `shop`.`a.b` WHERE `customer_id` = ? OR `Mail` = ?"),
            (
                "mssql://h",
                "dbo.Orders",
                "DELETE FROM [dbo].[Orders] WHERE [customer_id] = @subject_key OR [Mail] = @subject_mail",
            ),
            (
                "bigquery",
                "p-1.d.t",
                "DELETE FROM `p-1`.`d`.`t` WHERE `customer_id` = @subject_key OR `Mail` = @subject_mail",
            ),
            ("kafka://k", "topic", ""),
            ("s3://b", "a/b.csv", ""),
        ];
        for (namespace, table, expected) in cases {
            check(namespace, table, &[], expected);
        }
    }

    #[test]
    fn columns_can_be_emptied() {
        check(
            "postgres://h",
            "t",
            &["email", "address.city", "a\"; DROP"],
            r#"UPDATE t SET email = NULL, address.city = NULL, "a""; DROP" = NULL WHERE customer_id = :subject_key OR "Mail" = :subject_mail"#,
        );
        check(
            "clickhouse://h",
            "t",
            &["email"],
            "ALTER TABLE `t` UPDATE `email` = NULL WHERE `customer_id` = {subject_key:String} OR `Mail` = {subject_mail:String}",
        );
    }

    #[test]
    fn rows_are_found_through_another_table() {
        let orders = QualifiedName::new("postgres://h", "orders");
        let keys = vec![("customer_id", "subject_key".to_owned())];
        let rows = Rows::Through { own: "order_id", table: &orders, other: "id", keys };
        let found = statement(&QualifiedName::new("postgres://h", "payments"), &rows, &[]).expect("a statement");
        assert_eq!(
            found.text,
            "DELETE FROM payments WHERE order_id IN (SELECT id FROM orders WHERE customer_id = :subject_key)"
        );
        assert_eq!(found.parameters, ["subject_key"]);
    }
}
