//! Values as a person writes them: `100 MiB`, `10 s`, `true`, lists with commas. Everything can be read from text, so
//! that an environment variable says the same as a file.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A number of bytes; written `100 MiB`, `64 KiB`, `5 MB` or as a plain number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ByteSize(pub u64);

const SIZES: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

impl ByteSize {
    pub const fn mib(count: u64) -> ByteSize {
        ByteSize(count << 20)
    }

    pub fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<ByteSize, String> {
        scaled(text, &SIZES, 1)
            .map(ByteSize)
            .ok_or_else(|| format!("expected a size such as `100 MiB`, found `{text}`"))
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = SIZES[..3].iter().find(|(_, unit)| self.0 >= *unit && self.0.is_multiple_of(*unit));
        match whole {
            Some((name, unit)) => write!(f, "{} {name}", self.0 / unit),
            None => write!(f, "{} B", self.0),
        }
    }
}

/// A length of time; written `10 s`, `500 ms`, `2 min` or as a number of seconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Period(pub Duration);

const TIMES: [(&str, u64); 4] = [("min", 60_000), ("ms", 1), ("h", 3_600_000), ("s", 1_000)];

impl Period {
    pub const fn seconds(count: u64) -> Period {
        Period(Duration::from_secs(count))
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Period, String> {
        scaled(text, &TIMES, 1_000)
            .map(|milliseconds| Period(Duration::from_millis(milliseconds)))
            .ok_or_else(|| format!("expected a time such as `10 s` or `500 ms`, found `{text}`"))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0.as_millis();
        if milliseconds.is_multiple_of(1_000) {
            write!(f, "{} s", milliseconds / 1_000)
        } else {
            write!(f, "{milliseconds} ms")
        }
    }
}

/// A whole number with a unit after it; without one, `plain` is the unit.
fn scaled(text: &str, units: &[(&str, u64)], plain: u64) -> Option<u64> {
    let text = text.trim();
    let (number, unit) = units
        .iter()
        .find_map(|(name, unit)| text.strip_suffix(name).map(|number| (number, *unit)))
        .unwrap_or((text, plain));
    number.trim_end().parse::<u64>().ok()?.checked_mul(unit)
}

macro_rules! as_text {
    ($type:ty, $expected:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                deserializer.deserialize_any(Text::<$type>::expecting($expected))
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

as_text!(ByteSize, "a size such as `100 MiB`");
as_text!(Period, "a time such as `10 s`");

/// Reads anything that parses from text, from text or from a number.
struct Text<T>(&'static str, std::marker::PhantomData<T>);

impl<T> Text<T> {
    fn expecting(what: &'static str) -> Text<T> {
        Text(what, std::marker::PhantomData)
    }
}

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<T, E> {
        self.visit_str(if truth { "true" } else { "false" })
    }
}

/// An address with a port; `localhost` is understood.
pub fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let parsed = numeric.as_deref().unwrap_or(&text).parse();
    parsed.map_err(|_| de::Error::custom(format!("expected an address such as `127.0.0.1:8080`, found `{text}`")))
}

/// Text that may be absent; empty is absent.
pub fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// `true` or `false`, also as text.
pub fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    deserializer.deserialize_any(Text::<bool>::expecting("true or false"))
}

/// A list of texts, also as one text with commas.
pub fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    deserializer.deserialize_any(List)
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<String>, E> {
        Ok(text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<String>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_size(text: &str, expected: &str) {
        let found = text.parse::<ByteSize>().map_or_else(|error| error, |size| size.to_string());
        assert_eq!(found, expected);
    }

    fn check_time(text: &str, expected: &str) {
        let found = text.parse::<Period>().map_or_else(|error| error, |time| time.to_string());
        assert_eq!(found, expected);
    }

    #[test]
    fn sizes() {
        check_size("100 MiB", "100 MiB");
        check_size("1024", "1 KiB");
        check_size("5MB", "5000000 B");
        check_size("1 GiB", "1 GiB");
        check_size("0", "0 B");
        check_size("many", "expected a size such as `100 MiB`, found `many`");
        check_size("99999999999 GiB", "expected a size such as `100 MiB`, found `99999999999 GiB`");
    }

    #[test]
    fn times() {
        check_time("10 s", "10 s");
        check_time("10", "10 s");
        check_time("1500ms", "1500 ms");
        check_time("2 min", "120 s");
        check_time("soon", "expected a time such as `10 s` or `500 ms`, found `soon`");
    }
}
