//! What a column of another type does to who uses it.

use binding::{Dialect, Retyping, TypeEffect};
use graph::QualifiedName;
use graph::names::column_key;

use super::compare::Sources;
use super::effect::Types;
use super::findings::Findings;
use super::lines::{How, Line, Place};
use super::schemata::Schemata;
use super::verdict::Verdict;

/// A consumer of columns whose type changes.
pub(super) struct Retyped<'a> {
    pub sources: &'a Sources<'a>,
    pub schemata: &'a Schemata,
    pub output: &'a QualifiedName,
    pub dialect: Option<Dialect>,
    /// The query decides on the consumer's columns; else they keep the types that they have.
    pub is_made: bool,
}

impl Retyped<'_> {
    /// Expressions of its query that are not what they were.
    pub fn expressions(&self, changed: &[Retyping], lines: &[Line], findings: &mut Findings) {
        for change in changed {
            let Some((verdict, why)) = judged(&change.effect) else { continue };
            let reason = format!("a column in it gets another type: {why}");
            let place = Place { text: change.text.clone(), span: change.span };
            let targets = if change.decides { Vec::new() } else { targets(lines, change.span) };
            for target in &targets {
                self.note(Some(target), verdict, findings);
                findings.column(target, verdict, reason.as_str(), Some(&place));
            }
            if targets.is_empty() {
                let verdict = if verdict == Verdict::ValueChanges { Verdict::RowsChange } else { verdict };
                self.note(None, verdict, findings);
                findings.column(&change.text, verdict, reason, Some(&place));
            }
        }
    }

    /// Columns of another type, by the lines in which they are used.
    pub fn lines<'l>(&self, lines: impl Iterator<Item = &'l Line>, findings: &mut Findings) {
        for line in lines {
            let effect = self.sources.effects.get(&line.source);
            let types = effect.and_then(|effect| {
                let new = effect.renamed.get(&line.column);
                effect.retyped.get(&line.column).or_else(|| effect.retyped.get(new?))
            });
            if let Some(types) = types {
                self.line(line, types, findings);
            }
        }
    }

    fn line(&self, line: &Line, types: &Types, findings: &mut Findings) {
        let effect = self.effect(line, types);
        if let TypeEffect::ResultType { to } = effect {
            return self.result(line, types, to, findings);
        }
        let Some((verdict, why)) = judged(&effect) else { return };
        let reason = format!("{}: {why}", self.told(line, types));
        let rows = line.target.is_none() && verdict == Verdict::ValueChanges;
        let verdict = if rows { Verdict::RowsChange } else { verdict };
        let column = || format!("{}.{}", self.sources.name(line.source), line.column);
        let name = line.target.clone().unwrap_or_else(column);
        self.note(line.target.as_deref(), verdict, findings);
        findings.column(&name, verdict, reason, line.place.as_ref());
    }

    /// How whoever reads the consumer meets it.
    fn note(&self, target: Option<&str>, verdict: Verdict, findings: &mut Findings) {
        match (target, verdict) {
            (Some(target), Verdict::ValueChanges) => {
                let key = column_key(&self.output.namespace, target);
                findings.effect.values.insert(key, "has other values".to_owned());
            }
            (_, Verdict::RowsChange) => findings.effect.rows = Some("has other rows".to_owned()),
            _ => {}
        }
    }

    /// The result has another type: the consumer's own column has it too, or has to take the values.
    fn result(&self, line: &Line, types: &Types, to: Option<String>, findings: &mut Findings) {
        let Some(target) = &line.target else { return };
        let key = column_key(&self.output.namespace, target);
        let reason = self.told(line, types);
        if !self.is_made {
            let fits = self.dialect.is_some_and(|d| binding::widens(types.1.as_deref(), types.0.as_deref(), d));
            if !fits {
                findings.column(target, Verdict::MayBreak, reason, line.place.as_ref());
            }
        } else if !findings.effect.retyped.contains_key(&key) {
            findings.column(target, Verdict::SchemaChanges, reason, line.place.as_ref());
            let before = if line.how == How::Identity { types.0.clone() } else { self.declared(target) };
            findings.effect.retyped.insert(key, (before, to));
        }
    }

    fn effect(&self, line: &Line, (before, after): &Types) -> TypeEffect {
        let unknown = |why: &str| TypeEffect::Unknown { why: why.to_owned() };
        let Some(dialect) = self.dialect else { return unknown("what its platform does with types is not known") };
        if line.how == How::Identity {
            return TypeEffect::ResultType { to: after.clone() };
        }
        // Where a query tells more, its expressions were judged.
        match line.target {
            None if binding::widens(before.as_deref(), after.as_deref(), dialect) => TypeEffect::Same,
            Some(_) | None => unknown("what is done with it is not known"),
        }
    }

    /// The type that the consumer's column has now.
    fn declared(&self, target: &str) -> Option<String> {
        let key = |name: &str| column_key(&self.output.namespace, name);
        let shape = self.schemata.stored(self.schemata.id(self.output)?)?;
        shape.iter().find(|(path, _)| key(path) == key(target))?.1.clone()
    }

    fn told(&self, line: &Line, (before, after): &Types) -> String {
        let shown = |data_type: &Option<String>| data_type.clone().unwrap_or_else(|| "not known".to_owned());
        let source = self.sources.name(line.source);
        let (verb, column) = (line.how.verb(), &line.column);
        format!("{verb} {source}.{column}, whose type was {} and is {}", shown(before), shown(after))
    }
}

/// The verdict on an expression, and why; none where only its type is another, or nothing is.
fn judged(effect: &TypeEffect) -> Option<(Verdict, &str)> {
    match effect {
        TypeEffect::Same | TypeEffect::ResultType { .. } => None,
        TypeEffect::Unknown { why } => Some((Verdict::MayBreak, why)),
        TypeEffect::RowsChange { why } => Some((Verdict::RowsChange, why)),
        TypeEffect::ValueChanges { why } => Some((Verdict::ValueChanges, why)),
        TypeEffect::Fails { why } => Some((Verdict::Breaks, why)),
    }
}

/// The columns that an expression takes part in.
fn targets(lines: &[Line], (start, end): (u32, u32)) -> Vec<String> {
    let meets = |place: &Place| place.span.0 < end && start < place.span.1;
    let met = lines.iter().filter(|line| line.place.as_ref().is_some_and(meets));
    let mut targets: Vec<String> = met.filter_map(|line| line.target.clone()).collect();
    targets.sort();
    targets.dedup();
    targets
}
