//! On which server the tables of a project are: its `profiles.yml` says it, or the caller.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::Options;
use super::artifacts::Artifacts;
use super::names::text;
use crate::import::{ImportError, read_file};

const MAX_FILE: u64 = 8 << 20;

/// The namespace of the project's tables, spelled as dbt's OpenLineage integration spells it.
pub fn namespace(artifacts: &Artifacts, target_dir: &Path, options: &Options) -> Result<String, ImportError> {
    if let Some(namespace) = &options.namespace {
        return Ok(namespace.clone());
    }
    if artifacts.adapter() == "bigquery" {
        return Ok("bigquery".to_owned());
    }
    let search = Search { args: &artifacts.run_results["args"], target_dir, options };
    let found = search.connection().and_then(|connection| of(artifacts.adapter(), &connection));
    found.map_err(|reason| ImportError::Options(missing(artifacts.adapter(), &reason)))
}

fn missing(adapter: &str, reason: &str) -> String {
    let example = match adapter {
        "postgres" => "postgres://HOST:PORT",
        "redshift" => "redshift://HOST:PORT",
        "snowflake" => "snowflake://ORGANISATION-ACCOUNT",
        "duckdb" => "duckdb:///PATH/TO/FILE.duckdb",
        "databricks" => "databricks://HOST",
        "sqlserver" => "mssql://HOST:PORT",
        _ => "PLATFORM://HOST:PORT",
    };
    format!(
        "cannot tell on which server the tables of this dbt project (adapter \"{adapter}\") are: {reason}; \
         give it with --namespace {example}"
    )
}

/// Where the connection may be told.
struct Search<'a> {
    args: &'a Value,
    target_dir: &'a Path,
    options: &'a Options,
}

impl Search<'_> {
    /// The outputs entry of the profile in force.
    fn connection(&self) -> Result<Value, String> {
        let dirs = self.dirs();
        let listed = || dirs.iter().map(|dir| format!("\"{}\"", dir.display())).collect::<Vec<_>>().join(", ");
        let found = dirs.iter().map(|dir| dir.join("profiles.yml")).find(|path| path.is_file());
        let path = found.ok_or_else(|| format!("there is no profiles.yml in {}", listed()))?;
        let profiles = yaml(&path)?;
        let name = self.profile()?;
        let profile = &profiles[&name];
        if !profile.is_object() {
            return Err(format!("\"{}\" has no profile \"{name}\"", path.display()));
        }
        let target = self.target(profile);
        let connection = &profile["outputs"][&target];
        if !connection.is_object() {
            return Err(format!("profile \"{name}\" in \"{}\" has no output \"{target}\"", path.display()));
        }
        self.rendered(connection)
    }

    /// Folders in which dbt would look, the nearest first.
    fn dirs(&self) -> Vec<PathBuf> {
        if let Some(dir) = &self.options.profiles_dir {
            return vec![dir.clone()];
        }
        let told = text(&self.args["profiles_dir"]).map(PathBuf::from);
        let variable = self.options.environment.get("DBT_PROFILES_DIR").map(PathBuf::from);
        let home = self.options.environment.get("HOME").map(|home| Path::new(home).join(".dbt"));
        let mut dirs: Vec<PathBuf> = [told, variable, self.project_dir(), home].into_iter().flatten().collect();
        dirs.dedup();
        dirs
    }

    fn project_dir(&self) -> Option<PathBuf> {
        let absolute = self.target_dir.canonicalize().ok()?;
        absolute.parent().map(Path::to_path_buf)
    }

    fn profile(&self) -> Result<String, String> {
        let told = self.options.profile.as_deref().or_else(|| text(&self.args["profile"]));
        if let Some(name) = told {
            return Ok(name.to_owned());
        }
        let dirs = [self.project_dir(), text(&self.args["project_dir"]).map(PathBuf::from)];
        let mut files = dirs.into_iter().flatten().map(|dir| dir.join("dbt_project.yml"));
        let path = files.find(|path| path.is_file()).ok_or("there is no dbt_project.yml that names its profile")?;
        let project = yaml(&path)?;
        text(&project["profile"]).map(str::to_owned).ok_or(format!("\"{}\" names no profile", path.display()))
    }

    fn target(&self, profile: &Value) -> String {
        let told = self.options.target.as_deref().or_else(|| text(&self.args["target"]));
        let own = told.or_else(|| text(&profile["target"])).unwrap_or("default");
        render(own, &self.options.environment).unwrap_or_else(|_| own.to_owned())
    }

    /// The connection with environment variables filled in. Secrets are not looked at.
    fn rendered(&self, connection: &Value) -> Result<Value, String> {
        let mut rendered = serde_json::Map::new();
        for (key, value) in connection.as_object().into_iter().flatten() {
            if !PARTS.contains(&key.as_str()) {
                continue;
            }
            let value = match value {
                Value::String(text) => render(text, &self.options.environment)?,
                other => other.to_string(),
            };
            rendered.insert(key.clone(), value.into());
        }
        Ok(Value::Object(rendered))
    }
}

/// What a namespace is made of.
const PARTS: [&str; 11] = [
    "account",
    "account_id",
    "host",
    "path",
    "port",
    "region",
    "region_name",
    "role_arn",
    "server",
    "software_host",
    "type",
];

fn yaml(path: &Path) -> Result<Value, String> {
    let bytes = read_file(path, MAX_FILE).map_err(|error| error.to_string())?;
    serde_yaml_ng::from_slice(&bytes).map_err(|error| format!("\"{}\": {error}", path.display()))
}

static ENV_VAR: LazyLock<Regex> = LazyLock::new(|| {
    let argument = r#"\s*['"]([^'"]*)['"]\s*"#;
    let pattern = format!(r"\{{\{{-?\s*env_var\({argument}(?:,{argument})?\)\s*(?:\|[^}}]*)?-?\}}\}}");
    Regex::new(&pattern).expect("a valid pattern")
});

/// Fills `{{ env_var('NAME', 'default') }}` in; any other template is more than is understood.
fn render(template: &str, environment: &BTreeMap<String, String>) -> Result<String, String> {
    let mut unset = None;
    let filled = ENV_VAR.replace_all(template, |found: &Captures<'_>| {
        let value = environment.get(&found[1]).cloned().or_else(|| found.get(2).map(|text| text.as_str().to_owned()));
        value.unwrap_or_else(|| {
            unset = Some(found[1].to_owned());
            String::new()
        })
    });
    match unset {
        Some(name) => Err(format!("profiles.yml needs the environment variable \"{name}\", which is not set")),
        None if filled.contains("{{") => {
            Err(format!("profiles.yml has a template that is not understood: \"{template}\""))
        }
        None => Ok(filled.into_owned()),
    }
}

/// The namespace of a connection.
fn of(adapter: &str, connection: &Value) -> Result<String, String> {
    let part =
        |name: &str| text(&connection[name]).ok_or_else(|| format!("the output in profiles.yml has no `{name}`"));
    let server = |scheme: &str, host: &str, default: &str| {
        let port = text(&connection["port"]).unwrap_or(default);
        let port = if port.is_empty() { String::new() } else { format!(":{port}") };
        Ok(format!("{scheme}://{}{port}", part(host)?))
    };
    match adapter {
        "postgres" => server("postgres", "host", "5432"),
        "redshift" => server("redshift", "host", "5439"),
        "clickhouse" => server("clickhouse", "host", "8123"),
        "trino" => server("trino", "host", "8080"),
        "sqlserver" => server("mssql", "server", "1433"),
        "fabric" => server("fabric-warehouse", "server", ""),
        "dremio" => server("dremio", "software_host", "9047"),
        "spark" => server("spark", "host", ""),
        "mysql" | "mariadb" => server("mysql", "server", "3306"),
        "databricks" => Ok(format!("databricks://{}", part("host")?)),
        "snowflake" => Ok(format!("snowflake://{}", account(part("account")?))),
        "duckdb" => Ok(format!("duckdb://{}", part("path")?)),
        "athena" => Ok(format!("awsathena://athena.{}.amazonaws.com", part("region_name")?)),
        "glue" => Ok(format!("arn:aws:glue:{}:{}", part("region")?, aws_account(connection)?)),
        _ => Err("how its tables are named in OpenLineage is not known".to_owned()),
    }
}

/// A Snowflake account locator with its region and cloud; `organisation-account` as it is.
fn account(name: &str) -> String {
    let mut parts = name.split('.');
    let locator = parts.next().unwrap_or(name);
    if locator.contains('-') {
        return locator.to_owned();
    }
    match (parts.next(), parts.next()) {
        (None, _) if locator.contains('_') => locator.to_owned(),
        (None, _) => format!("{locator}.us-west-1.aws"),
        (Some(region), None) => format!("{locator}.{region}.aws"),
        (Some(region), Some(cloud)) => format!("{locator}.{region}.{cloud}"),
    }
}

fn aws_account(connection: &Value) -> Result<&str, String> {
    let told = text(&connection["account_id"]);
    let of_role = || text(&connection["role_arn"])?.split(':').nth(4);
    told.or_else(of_role).ok_or_else(|| "the output in profiles.yml has no `account_id`".to_owned())
}
