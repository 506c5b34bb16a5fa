//! Statements that move no rows.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::view::View;
use crate::{dialect::Dialect, lineage::StatementKind};

/// Statements known by their first word.
const WORDS: &[&str] = &[
    "GRANT",
    "REVOKE",
    "DENY",
    "SHOW",
    "DESCRIBE",
    "DESC",
    "SET",
    "RESET",
    "UNSET",
    "ANALYZE",
    "ANALYSE",
    "VACUUM",
    "OPTIMIZE",
    "COMMENT",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "BEGIN",
    "START",
    "END",
    "STOP",
    "KILL",
    "LOCK",
    "UNLOCK",
    "USE",
    "PRAGMA",
    "LIST",
    "LS",
    "REMOVE",
    "RM",
    "PUT",
    "GET",
    "REFRESH",
    "MSCK",
    "CLUSTER",
    "REINDEX",
    "CHECKPOINT",
    "DISCARD",
    "LISTEN",
    "NOTIFY",
    "UNLISTEN",
    "SECURITY",
    "REASSIGN",
    "DEALLOCATE",
    "CLOSE",
    "FETCH",
    "OPEN",
    "MOVE",
    "PRINT",
    "RAISERROR",
    "THROW",
    "RAISE",
    "GOTO",
    "BREAK",
    "CONTINUE",
    "LEAVE",
    "ITERATE",
    "EXIT",
    "RETURN",
    "SIGNAL",
    "RESIGNAL",
    "WAITFOR",
    "RECONFIGURE",
    "BACKUP",
    "RESTORE",
    "DBCC",
    "ENABLE",
    "DISABLE",
    "FLUSH",
    "PURGE",
    "CHECK",
    "CHECKSUM",
    "REPAIR",
    "INSTALL",
    "UNINSTALL",
    "HANDLER",
    "HELP",
    "BINLOG",
    "CHANGE",
    "XA",
    "ATTACH",
    "DETACH",
    "SYSTEM",
    "UNCACHE",
    "CLEAR",
    "ADD",
    "ASSOCIATE",
    "DISASSOCIATE",
    "AUDIT",
    "NOAUDIT",
    "COLLECT",
    "DIAGNOSTIC",
    "EXCHANGE",
    "RENAME",
    "UNDROP",
    "OPEN",
    "SUSPEND",
    "RESUME",
    "ABORT",
    "CANCEL",
    "SUBMIT",
    "RECOVER",
    "REVERT",
    "DISPLAY",
    "LOAD EXTENSION",
    "IMPORT FOREIGN SCHEMA",
    "EXPORT DATABASE",
    "EXPORT TABLE METADATA",
    "TRUNCATE",
    "EXECUTE AS",
    "PREPARE",
    "MODIFY",
    "NULL",
    "SUMMARIZE",
    "CONSULT",
    "OVERRIDE",
    "EXTERNAL",
    "UPDATE STATISTICS",
];

/// Statements known by what they create, alter or drop.
const VERBS: [&str; 4] = ["CREATE", "ALTER", "DROP", "UNDROP"];

/// Objects that hold or move rows by a query or body, and so are not passed over.
const MOVING: &[&str] =
    &["PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "PACKAGE", "TASK", "EVENT", "RULE", "MACRO", "PIPE"];

/// How far from the first word the object may stand.
const HEAD: usize = 8;

/// The kind of a statement that was refused but moves no rows.
pub(crate) fn inert(tokens: &[TokenWithSpan], dialect: Dialect) -> Option<StatementKind> {
    let view = View { tokens, kind: dialect.kind() };
    let first = view.solid(0);
    if view.any(first, &VERBS) {
        return schema(view, first);
    }
    let known = WORDS.iter().any(|words| view.reads(first, words).is_some());
    (known && !holds_query(view, first)).then_some(if view.is(first, "TRUNCATE") {
        StatementKind::Truncate
    } else {
        StatementKind::Other
    })
}

fn schema(view: View<'_>, first: usize) -> Option<StatementKind> {
    let mut at = first;
    for _ in 0..HEAD {
        at = view.next(at);
        if view.any(at, MOVING) && !view.is(first, "DROP") && holds_query(view, first) {
            return None;
        }
        if view.any(at, &["TABLE", "VIEW"]) {
            break;
        }
    }
    let table = view.any(at, &["TABLE", "VIEW"]);
    if view.is(first, "DROP") {
        return Some(StatementKind::Drop);
    }
    // What a table is renamed to, exchanged with or filled from must not go unseen.
    let moves = (first..view.tokens.len())
        .any(|at| view.any(at, &["RENAME", "SWAP", "EXCHANGE", "CLONE", "SELECT", "INTO", "LIKE"]));
    if table && (moves || view.is(first, "CREATE") && is_filled(view, at)) {
        return None;
    }
    if !table && holds_query(view, first) {
        return None;
    }
    Some(if view.is(first, "ALTER") { StatementKind::Alter } else { StatementKind::Other })
}

/// Whether what is created is a view, or a table `AS` something: what cannot be read there holds its lineage.
fn is_filled(view: View<'_>, object: usize) -> bool {
    let mut at = object;
    while at < view.tokens.len() && !view.is(at, "AS") {
        at = if view.token(at) == &Token::LParen { view.group(at) } else { at + 1 };
    }
    view.is(object, "VIEW") || at < view.tokens.len()
}

/// Whether a query stands anywhere in the statement.
fn holds_query(view: View<'_>, first: usize) -> bool {
    (first + 1..view.tokens.len()).any(|at| view.any(at, &["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"]))
        && !view.any(first, &["GRANT", "REVOKE", "DENY", "AUDIT", "NOAUDIT", "COMMENT", "SHOW", "LOCK"])
}
