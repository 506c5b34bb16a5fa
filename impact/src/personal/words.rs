//! The words of a name, however it is written: `customerEmail`, `CUSTOMER-EMAIL`, `kunden_e_mail`.

/// The words of a name in lower case, without accents. Words end at signs, at digits and where small letters turn into
/// capitals.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (place, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() || starts_word(&letters, place) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.iter_mut().next_back().into_iter().for_each(|word| push_plain(word, *letter));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words joined by hyphens, as keys and values of tags are compared.
pub(super) fn joined(name: &str) -> String {
    words(name).join("-")
}

fn starts_word(letters: &[char], place: usize) -> bool {
    let at = |place: usize| letters.get(place).copied().unwrap_or(' ');
    let (before, here, after) = (if place == 0 { ' ' } else { at(place - 1) }, at(place), at(place + 1));
    let camel = here.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && after.is_lowercase()));
    let digit = here.is_ascii_digit() != before.is_ascii_digit() && before.is_alphanumeric();
    camel || digit
}

/// Adds a letter in lower case and without its accent.
fn push_plain(word: &mut String, letter: char) {
    for letter in letter.to_lowercase() {
        match ACCENTS.iter().find(|(accented, _)| accented.contains(letter)) {
            Some((_, plain)) => word.push_str(plain),
            None => word.push(letter),
        }
    }
}

const ACCENTS: [(&str, &str); 21] = [
    ("àáâãåāă", "a"),
    ("ąǎ", "a"),
    ("ä", "ae"),
    ("æ", "ae"),
    ("çćč", "c"),
    ("ďđð", "d"),
    ("èéêëēęě", "e"),
    ("ğ", "g"),
    ("ìíîïīı", "i"),
    ("ł", "l"),
    ("ñńň", "n"),
    ("òóôõøō", "o"),
    ("ö", "oe"),
    ("ř", "r"),
    ("śšş", "s"),
    ("ß", "ss"),
    ("ťţ", "t"),
    ("ùúûūů", "u"),
    ("ü", "ue"),
    ("ýÿ", "y"),
    ("źżž", "z"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        let cases = [
            ("customerEmail", "customer email"),
            ("CUSTOMER_EMAIL", "customer email"),
            ("HTTPServerIP", "http server ip"),
            ("e-mail", "e mail"),
            ("straße", "strasse"),
            ("prénom", "prenom"),
            ("address2", "address 2"),
            ("PII.Email", "pii email"),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name).join(" "), expected);
        }
    }
}
