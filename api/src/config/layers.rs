//! Where values come from, and which of them counts.

use std::path::{Path, PathBuf};

use figment::error::Kind;
use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::{Config, ConfigError};

/// The file that is read when none is named.
pub const FILE: &str = "headwater.toml";
const PREFIX: &str = "HEADWATER_";
const SECTIONS: [&str; 3] = ["log", "limits", "neo4j"];
/// Variables that are not part of the configuration: where the file is, where commands send to, and what a developer
/// tells the build of the pages.
const APART: [&str; 3] = ["config", "url", "skip_web_build"];

/// Everything that may set a value, besides the defaults.
#[derive(Clone, Default, Debug)]
pub struct Layers {
    /// The file named by `--config`; it must exist. Without one, `headwater.toml` in the working folder, if it is there.
    pub file: Option<PathBuf>,
    pub environment: Vec<(String, String)>,
    /// Flags that were given, by key.
    pub flags: Vec<(&'static str, String)>,
}

/// Reads and checks the configuration; also gives back where each value came from.
pub fn load(layers: &Layers) -> Result<(Config, Figment), ConfigError> {
    let mut figment = Figment::new().merge(Layer::defaults());
    if let Some(layer) = Layer::file(layers.file.as_deref())? {
        figment = figment.merge(layer);
    }
    figment = figment.merge(Layer::environment(&layers.environment)).merge(Layer::flags(&layers.flags));
    let config: Config = figment.extract().map_err(describe)?;
    Ok((config.check()?, figment))
}

struct Layer {
    metadata: Metadata,
    values: Result<Dict, figment::Error>,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.values.clone().map(|values| Profile::Default.collect(values))
    }
}

impl Layer {
    fn defaults() -> Layer {
        let values = Serialized::defaults(Config::default()).data();
        Layer { metadata: Metadata::named("default"), values: values.map(default_profile) }
    }

    fn file(named: Option<&Path>) -> Result<Option<Layer>, ConfigError> {
        let path = named.unwrap_or(Path::new(FILE));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => return Ok(None),
            Err(error) => return Err(ConfigError(format!("`{}`: cannot be read: {error}", path.display()))),
        };
        let metadata = Metadata::named(path.display().to_string());
        let values = Toml::string(&text).data().map_err(|error| not_toml(path, &error.to_string()))?;
        Ok(Some(Layer { metadata, values: Ok(default_profile(values)) }))
    }

    fn environment(variables: &[(String, String)]) -> Layer {
        let mut values = Dict::new();
        for (name, value) in variables {
            let Some(key) = name.strip_prefix(PREFIX).map(str::to_ascii_lowercase) else { continue };
            if !APART.contains(&key.as_str()) {
                insert(&mut values, &dotted(&key), value);
            }
        }
        let metadata = Metadata::named("environment")
            .interpolater(|_: &Profile, keys: &[&str]| format!("{PREFIX}{}", keys.join("_").to_ascii_uppercase()));
        Layer { metadata, values: Ok(values) }
    }

    fn flags(flags: &[(&'static str, String)]) -> Layer {
        let mut values = Dict::new();
        for (key, value) in flags {
            insert(&mut values, key, value);
        }
        let metadata = Metadata::named("flag")
            .interpolater(|_: &Profile, keys: &[&str]| format!("--{}", keys.join("-").replace('_', "-")));
        Layer { metadata, values: Ok(values) }
    }
}

fn default_profile(mut profiles: Map<Profile, Dict>) -> Dict {
    profiles.remove(&Profile::Default).unwrap_or_default()
}

/// `limits_in_flight` is `limits.in_flight`.
fn dotted(key: &str) -> String {
    let section = SECTIONS.iter().find_map(|section| {
        let rest = key.strip_prefix(section)?.strip_prefix('_')?;
        Some(format!("{section}.{rest}"))
    });
    section.unwrap_or_else(|| key.to_owned())
}

fn insert(values: &mut Dict, key: &str, value: &str) {
    match key.split_once('.') {
        None => {
            values.insert(key.to_owned(), Value::from(value));
        }
        Some((section, rest)) => {
            let inner = values.entry(section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// The place and name of a value: `limits.body` in `headwater.toml`, or `HEADWATER_LIMITS_BODY`.
pub(super) fn place(metadata: Option<&Metadata>, keys: &[String]) -> String {
    let key = keys.join(".");
    match metadata {
        Some(metadata) if metadata.name == "environment" || metadata.name == "flag" => {
            format!("`{}`", metadata.interpolate(&Profile::Default, keys))
        }
        Some(metadata) => format!("`{key}` in {}", metadata.name),
        None => format!("`{key}`"),
    }
}

/// The parser draws a picture of the place over several lines: its first line says where, its last one why.
fn not_toml(path: &Path, told: &str) -> ConfigError {
    let mut lines = told.lines().filter(|line| !line.trim().is_empty());
    let place = lines.next().unwrap_or_default().trim_start_matches("TOML parse error at ");
    let reason = lines.next_back().unwrap_or("not TOML");
    ConfigError(format!("`{}`: {place}: {reason}", path.display()))
}

fn describe(error: figment::Error) -> ConfigError {
    let mut keys = error.path.clone();
    let (unknown, text) = match &error.kind {
        Kind::UnknownField(name, expected) => {
            (Some(name), format!("no such setting; expected one of {}", names(expected)))
        }
        Kind::UnknownVariant(found, expected) => {
            (None, format!("expected one of {}, found `{found}`", names(expected)))
        }
        Kind::InvalidType(found, expected) | Kind::InvalidValue(found, expected) => {
            (None, format!("expected {expected}, found {found}"))
        }
        Kind::Message(text) => (None, first_line(text)),
        Kind::MissingField(name) => (None, format!("expected a value for `{name}`, found none")),
        other => (None, other.to_string()),
    };
    if let Some(name) = unknown
        && keys.last() != Some(name)
    {
        keys.push(name.clone());
    }
    ConfigError(format!("{}: {text}", place(error.metadata.as_ref(), &keys)))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn names(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
