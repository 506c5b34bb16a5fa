//! The words of verdicts and changes.

use impact::schema::{Change, Op, Problem, Verdict};

use crate::check::{Consumer, Counts, Name};

/// `breaks 4, may break 2, safe for 112`
pub fn sentence(counts: Counts) -> String {
    let parts = Verdict::ALL.into_iter().map(|verdict| (verdict, counts.of(verdict))).filter(|(_, count)| *count > 0);
    let parts: Vec<String> = parts.map(|(verdict, count)| format!("{} {count}", does_to(verdict))).collect();
    if parts.is_empty() { "nothing depends on what changes".to_owned() } else { parts.join(", ") }
}

fn does_to(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Breaks => "breaks",
        Verdict::SchemaChanges => "changes the schema of",
        Verdict::ValueChanges => "changes values of",
        Verdict::RowsChange => "changes rows of",
        Verdict::MayBreak => "may break",
        Verdict::Safe => "safe for",
    }
}

/// `schema changes`
pub fn heading(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Breaks => "breaks",
        Verdict::SchemaChanges => "schema changes",
        Verdict::ValueChanges => "value changes",
        Verdict::RowsChange => "rows change",
        Verdict::MayBreak => "may break",
        Verdict::Safe => "safe",
    }
}

/// What a change does, in plain words.
pub fn change(change: &Change) -> String {
    let dataset = &change.dataset.name;
    let column = change.column.as_deref().unwrap_or_default();
    let to = change.to.as_deref().unwrap_or_default();
    match change.op {
        Op::DropColumn => format!("drop column {column} of {dataset}"),
        Op::RenameColumn => format!("rename column {column} of {dataset} to {to}"),
        Op::RetypeColumn => {
            format!("change the type of column {column} of {dataset} to {}", change.data_type.as_deref().unwrap_or("?"))
        }
        Op::SetNullable => {
            let can = if change.nullable == Some(true) { "may" } else { "may not" };
            format!("column {column} of {dataset} {can} be null")
        }
        Op::AddColumn => {
            let data_type = change.data_type.as_ref().map(|data_type| format!(" {data_type}")).unwrap_or_default();
            format!("add column {column}{data_type} to {dataset}")
        }
        Op::ChangeMeaning if column.is_empty() => format!("change the meaning of {dataset}"),
        Op::ChangeMeaning => format!("change the meaning of column {column} of {dataset}"),
        Op::DropDataset => format!("drop {dataset}"),
        Op::RenameDataset => format!("rename {dataset} to {to}"),
        Op::ReplaceQuery => format!("replace the query of {dataset}"),
    }
}

/// The name under which a consumer is told: its dataset's, else its job's.
pub fn subject(consumer: &Consumer) -> Option<&Name> {
    consumer.dataset.as_ref().or(consumer.job.as_ref())
}

/// A problem of a proposal, with what may have been meant.
pub fn problem(problem: &Problem) -> String {
    let names = problem.candidates.iter().map(String::as_str);
    let names: Vec<&str> = names.filter(|name| !problem.message.contains(*name)).collect();
    if names.is_empty() { problem.to_string() } else { format!("{problem}; did you mean {}?", names.join(" or ")) }
}

/// Text for a line of its own: control characters would move the cursor of a terminal.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_what_there_is_the_worst_first() {
        use Verdict::*;
        let counts = Counts::all([Safe, Breaks, Safe, MayBreak, Breaks]);
        assert_eq!(sentence(counts), "breaks 2, may break 1, safe for 2");
        let counts = Counts::all([RowsChange, ValueChanges, SchemaChanges]);
        assert_eq!(sentence(counts), "changes the schema of 1, changes values of 1, changes rows of 1");
        assert_eq!(sentence(Counts::default()), "nothing depends on what changes");
    }
}
