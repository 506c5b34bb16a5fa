//! What a column's name makes likely. A guess, never more.

use super::category::Category;
use super::rules::{ABOUT, BARE_NAMES, FLAGS, MASKED, PEOPLE, has, of_phrase};
use super::words::words;

/// What a rule found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Guess {
    pub category: Category,
    /// The rule's code.
    pub rule: &'static str,
    /// In percent.
    pub confidence: u8,
}

/// The best guess for a column by its dotted path, its dataset's name and its type: the one of most words.
pub(super) fn guess(path: &str, dataset: &str, data_type: Option<&str>) -> Option<Guess> {
    let path: Vec<Vec<String>> = path.split('.').map(words).collect();
    let own = path.last()?;
    if data_type.is_some_and(is_flag) || own.first().is_some_and(|word| has(FLAGS, word)) {
        return None;
    }
    let whole: Vec<String> = path.concat();
    // What a match says must reach into the last part of the path.
    let before = whole.len() - own.len();
    let places = (0..whole.len()).flat_map(|start| (start.max(before)..whole.len()).map(move |last| (start, last + 1)));
    let found = places.filter_map(|(start, end)| {
        let rule = of_phrase(&whole.get(start..end)?.concat())?;
        let confidence = weighed(&whole, (start, end), rule.confidence, rule.category)?;
        Some((end - start, Guess { category: rule.category, rule: rule.code, confidence }))
    });
    let best = found.max_by_key(|(length, guess)| (*length, guess.confidence));
    best.map(|(_, guess)| guess).or_else(|| bare_name(own, &whole, dataset))
}

fn is_flag(data_type: &str) -> bool {
    matches!(data_type.to_ascii_lowercase().as_str(), "bool" | "boolean" | "bit")
}

/// The confidence in the light of the words around a match; none when the column only speaks about it.
fn weighed(words: &[String], (start, end): (usize, usize), confidence: u8, category: Category) -> Option<u8> {
    let around = || words.iter().take(start).chain(words.iter().skip(end)).map(String::as_str);
    if words.iter().skip(end).any(|word| has(ABOUT, word)) {
        return None;
    }
    let masked = category != Category::Credential && around().any(|word| has(MASKED, word));
    Some(if masked { confidence / 2 } else { confidence })
}

/// A name of which only the table says that it is a person's.
fn bare_name(own: &[String], whole: &[String], dataset: &str) -> Option<Guess> {
    let is_name = has(BARE_NAMES, &own.join(" "));
    let is_people = |word: &String| has(PEOPLE, word);
    let table = dataset.rsplit(['.', '/']).next().unwrap_or(dataset);
    let of_person = whole.iter().take(whole.len() - own.len()).any(is_people) || words(table).iter().any(is_people);
    (is_name && of_person).then_some(Guess { category: Category::Identity, rule: "name-of-person", confidence: 70 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dataset: &str, columns: &str, expected: &str) {
        let told = columns.split_whitespace().map(|path| match guess(path, dataset, None) {
            Some(found) => format!("{path}: {} {} {}", found.category.code(), found.rule, found.confidence),
            None => format!("{path}: nothing"),
        });
        let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(told.collect::<Vec<_>>().join("\n"), expected.join("\n"));
    }

    #[test]
    fn many_spellings_and_languages_are_understood() {
        check(
            "shop.crm",
            "email E_MAIL customerEmail e-mail-adresse Vorname prénom fecha_nacimiento geburtsdatum codiceFiscale ipAddress \
             remote_addr address.street Straße user.lat creditCardNumber kundenNr",
            "email: contact email 95
             E_MAIL: contact email 95
             customerEmail: contact email 95
             e-mail-adresse: contact email 95
             Vorname: identity first-name 95
             prénom: identity first-name 95
             fecha_nacimiento: identity birth 95
             geburtsdatum: identity birth 95
             codiceFiscale: identity national-id 95
             ipAddress: online ip 90
             remote_addr: online ip 90
             address.street: contact postal-address 80
             Straße: contact postal-address 80
             user.lat: location coordinates-short 55
             creditCardNumber: financial card 90
             kundenNr: identity person-number 40",
        );
    }

    #[test]
    fn what_only_speaks_about_personal_data_is_not_it() {
        check(
            "shop.crm",
            "email_count is_email_valid email_sent_at has_phone address_id phone_type product_name name zipper shipment_id \
             email.sent_at",
            "email_count: nothing
             is_email_valid: nothing
             email_sent_at: nothing
             has_phone: nothing
             address_id: nothing
             phone_type: nothing
             product_name: nothing
             name: nothing
             zipper: nothing
             shipment_id: nothing
             email.sent_at: nothing",
        );
    }

    #[test]
    fn context_decides() {
        check("shop.customers", "name", "name: identity name-of-person 70");
        check("shop.orders", "customer.name", "customer.name: identity full-name 90");
        check("shop.orders", "customer_name buyer.name", "customer_name: identity full-name 90\nbuyer.name: nothing");
        check(
            "shop.crm",
            "email_hash phone_sha256 password_digest",
            "email_hash: contact email 47\nphone_sha256: contact phone 45\npassword_digest: credential credential 90",
        );
        assert_eq!(guess("email", "shop.crm", Some("BOOLEAN")), None);
    }
}
