//! Scalars: moments and JSON.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use graph::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, RFC 3339 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct DateTime(pub Time);

/// A moment, RFC 3339 in UTC.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        text.parse().map(DateTime).map_err(|_| {
            InputValueError::custom(format!("expected a moment such as `2026-01-31T12:00:00Z`, found `{text}`"))
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(DateTime).map_err(serde::de::Error::custom)
    }
}

impl DateTime {
    /// The moment of a revision; revision 0, the empty graph, is older than every other.
    pub fn of_revision(committed_at: Option<Time>) -> DateTime {
        DateTime(committed_at.unwrap_or(Time::UNIX_EPOCH))
    }
}

/// Any JSON value, as it was received.
#[derive(Clone, PartialEq, Debug)]
pub struct Json(pub Value);

/// Any JSON value, as it was received.
#[Scalar(name = "JSON")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Json(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

impl Json {
    /// Reads stored bytes; what is not JSON is given as text.
    pub fn of_bytes(bytes: &[u8]) -> Json {
        Json(
            serde_json::from_slice(bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned())),
        )
    }
}
