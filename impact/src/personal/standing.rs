//! What is known of a column, from its tags and its name.

use graph::{Node, NodeName, Tag};

use super::category::Category;
use super::names::guess;
use super::words::joined;

/// Who says whether something is personal data; the surest first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Known {
    /// A person says that it is.
    Confirmed,
    /// An event or an artifact says that it is.
    Declared,
    /// Its name makes it likely, and nobody said anything.
    Detected,
    /// An event or an artifact says that it is not.
    Denied,
    /// A person says that it is not: nothing personal arrives in it.
    Rejected,
}

impl Known {
    /// Whether it counts as personal data.
    pub fn is_personal(self) -> bool {
        matches!(self, Known::Confirmed | Known::Declared | Known::Detected)
    }
}

/// What is known of a column, or of a dataset as a whole.
#[derive(Clone, PartialEq, Debug)]
pub struct Standing {
    /// Of something that is not personal data: what it would be without that word.
    pub category: Category,
    pub known: Known,
    /// The tag that decides, as it was written.
    pub tag: Option<String>,
    /// The rule that makes it likely; only of what is detected.
    pub rule: Option<&'static str>,
    /// In percent; 100 for what was said.
    pub confidence: u8,
}

/// What is known of a node; none when nobody said anything and its name says nothing. Of a dataset only tags count.
pub fn standing(node: &Node) -> Option<Standing> {
    let authored = Words::of(&node.authored.tags);
    let ingested = Words::of(&node.ingested.tags);
    if let Some((category, tag)) = authored.personal {
        return Some(said(category, Known::Confirmed, tag));
    }
    let otherwise = || ingested.personal.as_ref().map(|(category, _)| *category).or(guessed(node).map(|g| g.category));
    if let Some(tag) = authored.not_personal {
        return Some(said(otherwise().unwrap_or(Category::Unspecified), Known::Rejected, tag));
    }
    if let Some((category, tag)) = ingested.personal {
        return Some(said(category, Known::Declared, tag));
    }
    if let Some(tag) = ingested.not_personal {
        let category = guessed(node).map_or(Category::Unspecified, |guess| guess.category);
        return Some(said(category, Known::Denied, tag));
    }
    guessed(node)
}

/// A person said that nothing personal is here.
pub(super) fn is_blocked(node: &Node) -> bool {
    let said = Words::of(&node.authored.tags);
    said.personal.is_none() && said.not_personal.is_some()
}

fn said(category: Category, known: Known, tag: String) -> Standing {
    Standing { category, known, tag: Some(tag), rule: None, confidence: 100 }
}

fn guessed(node: &Node) -> Option<Standing> {
    let NodeName::Column(dataset, path) = &node.name else { return None };
    let data_type = node.ingested.field.as_ref().and_then(|field| field.data_type.as_deref());
    let found = guess(path, &dataset.name, data_type)?;
    Some(Standing {
        category: found.category,
        known: Known::Detected,
        tag: None,
        rule: Some(found.rule),
        confidence: found.confidence,
    })
}

/// What tags say together. A category beats the bare word.
#[derive(Default)]
struct Words {
    personal: Option<(Category, String)>,
    not_personal: Option<String>,
}

impl Words {
    fn of(tags: &[Tag]) -> Words {
        let mut words = Words::default();
        for tag in tags {
            let written = || if tag.value.is_empty() { tag.key.clone() } else { format!("{}={}", tag.key, tag.value) };
            match read(tag) {
                Some(Word::Personal(category)) => {
                    let known = words.personal.as_ref().map(|(category, _)| *category);
                    if known.is_none_or(|known| known == Category::Unspecified) {
                        words.personal = Some((category, written()));
                    }
                }
                Some(Word::NotPersonal) => words.not_personal = words.not_personal.or_else(|| Some(written())),
                None => {}
            }
        }
        words
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Word {
    Personal(Category),
    NotPersonal,
}

/// Keys that say that something is personal, with what the bare key means.
const KEYS: [(&str, Category); 17] = [
    ("personal", Category::Unspecified),
    ("personal-data", Category::Unspecified),
    ("personally-identifiable", Category::Unspecified),
    ("personally-identifiable-information", Category::Unspecified),
    ("pii", Category::Unspecified),
    ("spii", Category::Special),
    ("spi", Category::Special),
    ("phi", Category::Health),
    ("pci", Category::Financial),
    ("gdpr", Category::Unspecified),
    ("dsgvo", Category::Unspecified),
    ("rgpd", Category::Unspecified),
    ("ccpa", Category::Unspecified),
    ("privacy", Category::Unspecified),
    ("sensitive", Category::Unspecified),
    ("sensitive-data", Category::Unspecified),
    ("sensitive-personal-data", Category::Special),
];

/// Keys of which only the value can say so.
const CLASSES: [&str; 8] = [
    "classification",
    "data-classification",
    "data-class",
    "class",
    "sensitivity",
    "data-category",
    "data-sensitivity",
    "information-type",
];

const NOT_PERSONAL: [&str; 8] =
    ["not-personal", "non-personal", "no-personal-data", "impersonal", "not-pii", "non-pii", "no-pii", "nonpii"];

/// `pii=no` and its like.
const NO: [&str; 10] = ["no", "false", "none", "0", "n", "not", "non", "never", "nein", "not-personal"];

fn read(tag: &Tag) -> Option<Word> {
    // `PII.Email` says by its key what others say by a value.
    let (head, tail) = tag.key.split_once(['.', ':', '/']).unwrap_or((&tag.key, ""));
    let value = joined(if tag.value.is_empty() { tail } else { &tag.value });
    let (key, head) = (joined(&tag.key), joined(head));
    if NOT_PERSONAL.contains(&key.as_str()) {
        return (!NO.contains(&value.as_str())).then_some(Word::NotPersonal);
    }
    if let Some((_, meant)) = KEYS.iter().find(|(known, _)| *known == key || *known == head) {
        return by_value(&head, &value, *meant);
    }
    if CLASSES.contains(&head.as_str()) || CLASSES.contains(&key.as_str()) {
        let meant = KEYS.iter().find(|(known, _)| *known == value).map(|(_, category)| *category);
        return meant.map(Word::Personal);
    }
    None
}

/// That something is not sensitive does not say that it is not personal.
fn by_value(key: &str, value: &str, meant: Category) -> Option<Word> {
    if NO.contains(&value) || NOT_PERSONAL.contains(&value) {
        return (!key.starts_with("sensitive") && !matches!(key, "phi" | "pci" | "spi" | "spii"))
            .then_some(Word::NotPersonal);
    }
    let by_key = KEYS.iter().find(|(known, _)| *known == value).map(|(_, category)| *category);
    Some(Word::Personal(Category::of(value).or(by_key).unwrap_or(meant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, expected: &str) {
        let (key, value) = written.split_once('=').unwrap_or((written, ""));
        let told = match read(&Tag { key: key.into(), value: value.into(), source: None }) {
            Some(Word::Personal(category)) => category.code(),
            Some(Word::NotPersonal) => "not personal",
            None => "nothing",
        };
        assert_eq!((written, told), (written, expected));
    }

    #[test]
    fn spellings_of_emitters_are_understood() {
        for (written, expected) in [
            ("personal=contact", "contact"),
            ("personal", "unspecified"),
            ("pii=email", "contact"),
            ("PII=true", "unspecified"),
            ("PII.Email", "contact"),
            ("pii:birth_date", "identity"),
            ("gdpr=Special Category", "special"),
            ("sensitive", "unspecified"),
            ("PHI=yes", "health"),
            ("data_classification=PII", "unspecified"),
            ("sensitivity=public", "nothing"),
            ("tier=1", "nothing"),
            ("pii=shoe-size", "unspecified"),
        ] {
            check(written, expected);
        }
    }

    #[test]
    fn what_is_said_not_to_be_personal() {
        for (written, expected) in [
            ("not-personal", "not personal"),
            ("non_pii", "not personal"),
            ("pii=false", "not personal"),
            ("personal=none", "not personal"),
            ("not-personal=false", "nothing"),
            ("sensitive=false", "nothing"),
        ] {
            check(written, expected);
        }
    }
}
