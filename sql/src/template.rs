//! Templates in the text: placeholders are filled so that it can be parsed, byte for byte in place.

use std::borrow::Cow;

use crate::{
    diagnostic::{Diagnostic, Severity, code},
    name::Span,
};

/// The text with every `{{ … }}`, `{% … %}` and `{# … #}` replaced by as many bytes of plain SQL.
///
/// `ref('x')` is the table `x`, `source('a', 'b')` the table `a.b`; any other placeholder stands for a
/// table after `FROM` and its like, else for a value. Statements of the template are passed over, so all
/// branches of a condition are read.
pub(crate) fn fill<'t>(text: &'t str, diagnostics: &mut Vec<Diagnostic>) -> Cow<'t, str> {
    if !["{{", "{%", "{#"].iter().any(|open| text.contains(open)) {
        return Cow::Borrowed(text);
    }
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let close = match rest.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                filled.push('{');
                rest = &rest[1..];
                continue;
            }
        };
        let Some(end) = rest.find(close).map(|end| end + 2) else { break };
        let start = filled.len();
        let value = if close == "}}" { placeholder(&rest[2..end - 2], &filled) } else { String::new() };
        note(close, start, end, diagnostics);
        push_padded(&value, &rest[..end], &mut filled);
        rest = &rest[end..];
    }
    filled.push_str(rest);
    Cow::Owned(filled)
}

fn note(close: &str, start: usize, length: usize, diagnostics: &mut Vec<Diagnostic>) {
    let message = match close {
        "%}" => "a statement of the template is passed over",
        _ => return,
    };
    let span = Span { start, end: start + length };
    let message = message.to_owned();
    diagnostics.push(Diagnostic { code: code::SKIPPED, severity: Severity::Note, span, message });
}

/// The value in as many bytes as `original`, whose line breaks stay where they are.
fn push_padded(value: &str, original: &str, filled: &mut String) {
    let value = if value.len() <= original.len() { value } else { "0" };
    filled.push_str(value);
    let padding = original.bytes().skip(value.len());
    filled.extend(padding.map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

fn placeholder(inside: &str, before: &str) -> String {
    let inside = inside.trim_matches(|c: char| c == '-' || c.is_whitespace());
    let call = inside.split_once('(').map(|(name, _)| name.trim());
    let literals: Vec<&str> = inside.split(['\'', '"']).skip(1).step_by(2).collect();
    match (call, literals.as_slice()) {
        (Some("ref" | "source"), names @ [_, ..]) => names.join("."),
        (Some("config" | "set" | "do"), _) => String::new(),
        _ if after_table_word(before) => "_".to_owned(),
        _ => "0".to_owned(),
    }
}

fn after_table_word(before: &str) -> bool {
    const WORDS: [&str; 5] = ["from", "join", "into", "table", "update"];
    let last = before.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    WORDS.contains(&last.as_str())
}
