//! By which names of columns personal data is guessed: the table in `rules.txt`, and words that change what it says.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::category::Category;

pub(super) struct Rule {
    /// Stable, kebab-case.
    pub code: &'static str,
    pub category: Category,
    /// How often a column of such a name holds what it says, in percent, as a rough guess.
    pub confidence: u8,
    pub phrases: Vec<&'static str>,
}

/// The table, read once.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| entries().filter_map(rule).collect());

/// The rules by their phrases, written together.
static PHRASES: LazyLock<HashMap<String, &'static Rule>> = LazyLock::new(|| {
    let of = |rule: &'static Rule| rule.phrases.iter().map(move |phrase| (phrase.replace(' ', ""), rule));
    RULES.iter().flat_map(of).collect()
});

/// The rule for a phrase written together.
pub(super) fn of_phrase(phrase: &str) -> Option<&'static Rule> {
    PHRASES.get(phrase).copied()
}

/// The lines of the table; one that is indented goes on from the one before.
fn entries() -> impl Iterator<Item = Vec<&'static str>> {
    let mut entries: Vec<Vec<&'static str>> = Vec::new();
    let lines = include_str!("rules.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        match entries.last_mut().filter(|_| line.starts_with(' ')) {
            Some(entry) => entry.push(line),
            None => entries.push(vec![line]),
        }
    }
    entries.into_iter()
}

fn rule(lines: Vec<&'static str>) -> Option<Rule> {
    let (first, more) = lines.split_first()?;
    let mut fields = first.splitn(4, '|').map(str::trim);
    let (code, category) = (fields.next()?, Category::of(fields.next()?)?);
    let confidence = fields.next()?.parse().ok()?;
    let lines = fields.next().into_iter().chain(more.iter().copied());
    let phrases = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|phrase| !phrase.is_empty());
    Some(Rule { code, category, confidence, phrases: phrases.collect() })
}

/// Whether a list of words has a word.
pub(super) fn has(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

/// Words that mean a name, of which only the table can tell whose.
pub(super) const BARE_NAMES: &str = "\
    name nom nombre nome naam namn navn nimi nazwa names initials";

/// Tables of people, by a word of their names.
pub(super) const PEOPLE: &str = "\
    customer customers user users person persons people contact contacts client clients member members employee \
    employees staff patient patients subscriber subscribers lead leads guest guests passenger passengers student \
    students applicant applicants candidate candidates visitor visitors tenant citizen citizens kunde kunden \
    nutzer benutzer mitarbeiter mitglied mitglieder personal personne personnes utilisateurs cliente clientes \
    persona personas usuarios utenti klant klanten gebruikers personer";

/// A name that begins so says whether something is, not what it is.
pub(super) const FLAGS: &str = "\
    is has can was were wants should needs allow allows enable enabled ist hat";

/// What follows a match and makes the column say something about it, and not hold it.
pub(super) const ABOUT: &str = "\
    count counts cnt total sum avg average rate ratio pct percent share valid validity verified verification \
    confirmed confirmation sent opened opens clicked clicks bounced bounces subject template type kind status \
    format domain provider campaign length source version consent optin opt flag at on time timestamp updated \
    created changed id ids quality score error errors group category enabled required missing present anzahl \
    known";

/// What follows or precedes a match when the value is there in another form.
pub(super) const MASKED: &str = "\
    hash hashed md sha digest masked encrypted cipher token tokenized tokenised pseudonym pseudonymised \
    pseudonymized anonymised anonymized";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_rule() {
        assert_eq!(RULES.len(), entries().count());
        let mut codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), RULES.len(), "codes are told apart");
        let phrases: usize = RULES.iter().map(|rule| rule.phrases.len()).sum();
        assert_eq!(PHRASES.len(), phrases, "no phrase is in two rules, or twice in one");
        for rule in RULES.iter() {
            assert!(!rule.phrases.is_empty() && (1..=100).contains(&rule.confidence), "{}", rule.code);
        }
    }
}
