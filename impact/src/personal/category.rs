//! Categories of personal data, and the words by which people and tools call them.

/// What kind of personal data something is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Category {
    /// E-mail, telephone, postal address.
    Contact,
    /// Names, dates of birth, numbers of documents, photographs.
    Identity,
    /// Accounts, cards, tax, income.
    Financial,
    Health,
    /// Where somebody is or was.
    Location,
    /// Addresses and identifiers of devices, browsers and accounts online.
    Online,
    /// Passwords, tokens and their digests.
    Credential,
    /// What articles 9 and 10 of the GDPR name besides health: origin, belief, union, biometrics, sexuality, offences.
    Special,
    /// Text in which people write anything.
    FreeText,
    /// Personal, and nobody said of which kind.
    Unspecified,
}

impl Category {
    pub const ALL: [Category; 10] = [
        Category::Contact,
        Category::Identity,
        Category::Financial,
        Category::Health,
        Category::Location,
        Category::Online,
        Category::Credential,
        Category::Special,
        Category::FreeText,
        Category::Unspecified,
    ];

    /// As it is written in the value of a tag.
    pub fn code(self) -> &'static str {
        match self {
            Category::Contact => "contact",
            Category::Identity => "identity",
            Category::Financial => "financial",
            Category::Health => "health",
            Category::Location => "location",
            Category::Online => "online",
            Category::Credential => "credential",
            Category::Special => "special",
            Category::FreeText => "free-text",
            Category::Unspecified => "unspecified",
        }
    }

    /// The category of a word in lower case with hyphens: its code, or what tools call it.
    pub(super) fn of(word: &str) -> Option<Category> {
        let own = Category::ALL.into_iter().find(|category| category.code() == word);
        own.or_else(|| {
            SYNONYMS
                .iter()
                .find(|(_, words)| words.split(' ').any(|known| known == word))
                .map(|(category, _)| *category)
        })
    }
}

/// Words apart by blanks.
const SYNONYMS: [(Category, &str); 9] = [
    (
        Category::Contact,
        "contacts contact-data contact-info email e-mail mail email-address phone telephone phone-number \
         mobile fax address postal-address street-address postcode zip",
    ),
    (
        Category::Identity,
        "identifier identification identifying name names first-name last-name full-name person person-name employee \
         birth-date birthdate date-of-birth dob age gender sex national-id ssn passport driver-license \
         driving-licence tax-id photo signature nationality basic direct-identifier",
    ),
    (
        Category::Financial,
        "finance payment payments bank bank-account iban card credit-card credit-card-number pci pci-dss \
         salary income tax",
    ),
    (Category::Health, "medical phi hipaa diagnosis health-data"),
    (Category::Location, "geo geolocation gps place coordinates"),
    (
        Category::Online,
        "ip ip-address cookie device device-id online-identifier online-id tracking user-agent mac-address \
         advertising-id username user-name",
    ),
    (Category::Credential, "credentials password secret token authentication"),
    (
        Category::Special,
        "special-category special-categories article-9 art-9 spi biometric biometrics genetic religion \
         ethnicity race political union sexual-orientation criminal offence",
    ),
    (Category::FreeText, "free-form freetext text comment notes message"),
];
