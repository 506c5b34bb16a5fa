//! Which verdicts a check ends badly with.

use clap::ValueEnum;
use impact::schema::Verdict;

/// The mildest verdict that fails a check; everything worse fails it too.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum FailOn {
    Breaks,
    SchemaChanges,
    ValueChanges,
    RowsChange,
    MayBreak,
    Never,
}

impl FailOn {
    fn verdict(self) -> Option<Verdict> {
        match self {
            FailOn::Breaks => Some(Verdict::Breaks),
            FailOn::SchemaChanges => Some(Verdict::SchemaChanges),
            FailOn::ValueChanges => Some(Verdict::ValueChanges),
            FailOn::RowsChange => Some(Verdict::RowsChange),
            FailOn::MayBreak => Some(Verdict::MayBreak),
            FailOn::Never => None,
        }
    }

    /// The mildest verdict that fails, of several the mildest of all; none when nothing fails.
    pub fn threshold(policy: &[FailOn]) -> Option<Verdict> {
        policy.iter().filter_map(|one| one.verdict()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(policy: &[FailOn], expected: &str) {
        let fails = |verdict: &Verdict| FailOn::threshold(policy).is_some_and(|threshold| *verdict >= threshold);
        let failing: Vec<&str> = Verdict::ALL.iter().filter(|verdict| fails(verdict)).map(|one| one.name()).collect();
        assert_eq!(failing.join(" "), expected);
    }

    #[test]
    fn a_verdict_fails_from_the_mildest_named_on() {
        check(&[FailOn::Breaks], "breaks");
        check(&[FailOn::ValueChanges, FailOn::Breaks], "breaks schema_changes value_changes");
        check(&[FailOn::MayBreak], "breaks schema_changes value_changes rows_change may_break");
        check(&[FailOn::Never], "");
        check(&[FailOn::Never, FailOn::SchemaChanges], "breaks schema_changes");
    }
}
