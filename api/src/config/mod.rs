//! The configuration: flags win over `HEADWATER_*` variables, which win over a TOML file, which wins over the defaults.

mod layers;
mod print;
mod units;

use std::net::SocketAddr;
use std::path::PathBuf;

use graph::neo4j::Address;
use serde::{Deserialize, Serialize};

pub use layers::{Layers, load};
pub use print::{json, text};
pub use units::{ByteSize, Period};

/// Everything that can be set. The field names are the keys of the file; `HEADWATER_LIMITS_BODY` is `limits.body`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen; port 0 picks a free one.
    #[serde(deserialize_with = "units::address")]
    pub listen: SocketAddr,
    /// The folder of the store and the search index.
    pub data: PathBuf,
    /// Where the graph is kept when not in the data folder: `neo4j://user@host:7687/database`.
    #[serde(deserialize_with = "units::some")]
    pub store: Option<String>,
    pub neo4j: Neo4j,
    /// Load the demo estate, once for each store.
    #[serde(deserialize_with = "units::truth")]
    pub demo: bool,
    /// Names under which this server is reached, besides `localhost` and the address it listens on.
    #[serde(deserialize_with = "units::list")]
    pub hosts: Vec<String>,
    /// Further origins whose pages may call this server, as `https://portal.example`.
    #[serde(deserialize_with = "units::list")]
    pub origins: Vec<String>,
    /// One token that callers must show. Commands with `--url` show it.
    pub token: Option<Secret>,
    /// A file of tokens, one `name token` a line.
    pub token_file: Option<PathBuf>,
    pub log: Log,
    pub limits: Limits,
    /// Rules that rename namespaces on read; the first that fits is applied.
    pub rewrite: Vec<Rewrite>,
}

/// How the Neo4j server is spoken to that `store` names.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Neo4j {
    pub password: Option<Secret>,
    /// A file with the password alone.
    pub password_file: Option<PathBuf>,
    /// How long the server may take to answer; beyond it, 503.
    pub patience: Period,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    pub format: LogFormat,
    /// A level, or levels by module: `info,search=debug`.
    pub level: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// One body of an event or a batch, after decompression.
    pub body: ByteSize,
    /// All bodies being received or processed at one time; beyond it, 503.
    pub in_flight: ByteSize,
    /// How long a body may take to arrive.
    pub body_time: Period,
    /// One GraphQL request.
    pub query_body: ByteSize,
    /// How long a read may take.
    pub read_time: Period,
    /// How long a read of the whole graph may take, such as a digest.
    pub long_read_time: Period,
    /// How long requests may take to finish once the server was told to stop.
    pub stop_time: Period,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    pub from: String,
    pub to: String,
}

/// Text that is never printed or logged.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for comparing and for sending.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

/// Why there is no configuration to work with; the text says where and what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data: PathBuf::from("./headwater-data"),
            store: None,
            neo4j: Neo4j::default(),
            demo: false,
            hosts: Vec::new(),
            origins: Vec::new(),
            token: None,
            token_file: None,
            log: Log::default(),
            limits: Limits::default(),
            rewrite: Vec::new(),
        }
    }
}

impl Default for Neo4j {
    fn default() -> Neo4j {
        Neo4j { password: None, password_file: None, patience: Period::seconds(10) }
    }
}

impl Default for Log {
    fn default() -> Log {
        Log { format: LogFormat::Text, level: "info".to_owned() }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body: ByteSize::mib(100),
            in_flight: ByteSize::mib(256),
            body_time: Period::seconds(60),
            query_body: ByteSize::mib(1),
            read_time: Period::seconds(10),
            long_read_time: Period::seconds(300),
            stop_time: Period::seconds(10),
        }
    }
}

impl Config {
    /// The rules for namespaces, ready to be applied.
    pub fn rewrites(&self) -> Result<graph::Rewrites, ConfigError> {
        let rules = self.rewrite.iter().map(|rule| (rule.from.as_str(), rule.to.as_str()));
        graph::Rewrites::new(rules).map_err(|text| ConfigError(format!("`rewrite`: {text}")))
    }

    /// What no single value can show: values that do not go together.
    fn check(self) -> Result<Config, ConfigError> {
        let limits = &self.limits;
        if limits.body > limits.in_flight {
            return Err(ConfigError(format!(
                "`limits.body` is {}: expected at most `limits.in_flight`, which is {}",
                limits.body, limits.in_flight
            )));
        }
        self.rewrites()?;
        self.address()?;
        Ok(self)
    }

    /// Where Neo4j is, when the graph is kept there.
    pub fn address(&self) -> Result<Option<Address>, ConfigError> {
        let parse = |store: &String| Address::parse(store).map_err(|error| ConfigError(format!("`store`: {error}")));
        self.store.as_ref().map(parse).transpose()
    }

    /// The password of Neo4j, from the variable or from the file.
    pub fn neo4j_password(&self) -> Result<Secret, ConfigError> {
        match (&self.neo4j.password, &self.neo4j.password_file) {
            (Some(password), None) => Ok(password.clone()),
            (None, Some(file)) => {
                let unreadable = |error| {
                    ConfigError(format!("`neo4j.password_file`: `{}` cannot be read: {error}", file.display()))
                };
                let text = std::fs::read_to_string(file).map_err(unreadable)?;
                Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
            }
            (Some(_), Some(_)) => Err(ConfigError(
                "`neo4j.password` and `neo4j.password_file`: expected one of the two, found both".to_owned(),
            )),
            (None, None) => Err(ConfigError(
                "`store` names a Neo4j server: expected its password in `HEADWATER_NEO4J_PASSWORD` or in the file named \
                 by `neo4j.password_file`, found none"
                    .to_owned(),
            )),
        }
    }
}
