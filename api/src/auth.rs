//! Who is asking, and whether this server may be asked that way: tokens, `Host` and `Origin`.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use graph::{Everyone, Viewer};
use subtle::ConstantTimeEq;

use crate::config::{Config, ConfigError, Secret};
use crate::error::{ClientError, Code};

/// Who makes a request. Every request has one.
#[derive(Clone)]
pub struct Principal {
    name: Arc<str>,
    access: Access,
    viewer: Arc<dyn Viewer>,
}

/// What a principal may do with what it sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    Read,
    /// Send inputs and edit, and read.
    Write,
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal").field("name", &self.name).field("access", &self.access).finish_non_exhaustive()
    }
}

impl Principal {
    /// One that sees everything and may write.
    pub fn named(name: &str) -> Principal {
        Principal { name: name.into(), access: Access::Write, viewer: Arc::new(Everyone) }
    }

    pub fn with_access(self, access: Access) -> Principal {
        Principal { access, ..self }
    }

    pub fn with_viewer(self, viewer: Arc<dyn Viewer>) -> Principal {
        Principal { viewer, ..self }
    }

    /// Nobody in particular: someone on this machine, where no token is asked for.
    pub fn anonymous() -> Principal {
        Principal::named("anonymous")
    }

    /// Recorded beside what the principal writes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the principal may see: the one predicate for walks, counts, searches and subscriptions.
    pub fn viewer(&self) -> Arc<dyn Viewer> {
        self.viewer.clone()
    }

    /// Refuses one that may only read. Every way to write asks this.
    pub fn check_write(&self) -> Result<(), ClientError> {
        match self.access {
            Access::Write => Ok(()),
            Access::Read => Err(forbidden(format!("`{}` may read and not write", self.name))),
        }
    }

    /// Refuses one that does not see everything, where an answer cannot be cut to what it sees.
    pub fn check_sees_all(&self, what: &str) -> Result<(), ClientError> {
        if self.viewer.sees_everything() {
            return Ok(());
        }
        Err(forbidden(format!("{what}: for those who may see everything, and `{}` may not", self.name)))
    }
}

/// Which callers are let in, and under which names this server may be called.
#[derive(Debug)]
pub struct Gate {
    tokens: Vec<(Principal, Secret)>,
    /// Lower case, without a port.
    hosts: Vec<String>,
    /// Lower case authorities, `host` or `host:port`.
    origins: Vec<String>,
}

impl Gate {
    /// Refuses to serve other machines without a token.
    pub fn new(config: &Config) -> Result<Gate, ConfigError> {
        let tokens = tokens(config)?;
        if tokens.is_empty() && !config.listen.ip().is_loopback() {
            return Err(ConfigError(format!(
                "`listen` is {}, which other machines can reach: expected a token in `HEADWATER_TOKEN` or in the file \
                 named by `token_file`, found none",
                config.listen
            )));
        }
        let origins =
            config.origins.iter().map(|origin| authority(origin).unwrap_or(origin).to_ascii_lowercase()).collect();
        Ok(Gate { tokens, hosts: hosts(config.listen, &config.hosts), origins })
    }

    /// True when callers need no token.
    pub fn is_open(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The principal of an `Authorization` header, or of none.
    pub fn principal(&self, authorization: Option<&str>) -> Result<Principal, ClientError> {
        if self.is_open() {
            return Ok(Principal::anonymous());
        }
        let Some(header) = authorization else {
            return Err(unauthenticated("`Authorization`: expected `Bearer` and a token, found none"));
        };
        let Some(shown) = bearer(header) else {
            return Err(unauthenticated("`Authorization`: expected `Bearer` and a token, found another scheme"));
        };
        self.find(shown)
            .ok_or_else(|| unauthenticated("`Authorization`: expected a token this server knows, found another"))
    }

    /// Compares with every token in full, so that time tells nothing of any.
    fn find(&self, shown: &str) -> Option<Principal> {
        let mut found = None;
        for (principal, token) in &self.tokens {
            if bool::from(token.reveal().as_bytes().ct_eq(shown.as_bytes())) {
                found = Some(principal.clone());
            }
        }
        found
    }

    /// A page of another site can make a browser send requests here under that site's name; they end here.
    pub fn check_host(&self, host: Option<&str>) -> Result<(), ClientError> {
        let Some(host) = host else {
            return Err(forbidden("`Host`: expected the name of this server, found none".to_owned()));
        };
        let name = without_port(host).to_ascii_lowercase();
        if self.hosts.contains(&name) {
            return Ok(());
        }
        Err(forbidden(format!(
            "`Host`: expected {}, found `{host}`; other names are set in `hosts`",
            self.host_names()
        )))
    }

    /// `Origin`, when there is one, must be this server itself or a configured one.
    pub fn check_origin(&self, origin: Option<&str>, host: &str) -> Result<(), ClientError> {
        let Some(origin) = origin else { return Ok(()) };
        let found = authority(origin).map(str::to_ascii_lowercase);
        let own = without_default_port(host).to_ascii_lowercase();
        if found.is_some_and(|found| found == own || self.origins.contains(&found)) {
            return Ok(());
        }
        Err(forbidden(format!(
            "`Origin`: expected a page of `{host}`, found `{origin}`; other origins are set in `origins`"
        )))
    }

    fn host_names(&self) -> String {
        self.hosts.iter().map(|host| format!("`{host}`")).collect::<Vec<_>>().join(", ")
    }
}

fn unauthenticated(text: &str) -> ClientError {
    ClientError::new(Code::Unauthenticated, text)
}

fn forbidden(text: String) -> ClientError {
    ClientError::new(Code::Forbidden, text)
}

fn tokens(config: &Config) -> Result<Vec<(Principal, Secret)>, ConfigError> {
    let mut tokens = Vec::new();
    if let Some(token) = &config.token {
        if token.reveal().trim().is_empty() {
            return Err(ConfigError("`token`: expected a text, found an empty one".to_owned()));
        }
        tokens.push((Principal::named("token"), token.clone()));
    }
    if let Some(path) = &config.token_file {
        tokens.extend(token_file(path)?);
    }
    Ok(tokens)
}

fn token_file(path: &Path) -> Result<Vec<(Principal, Secret)>, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("`token_file`: `{}` cannot be read: {error}", path.display())))?;
    let mut tokens = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.split_whitespace().collect();
        let (name, token, access) = match parts[..] {
            [name, token] => (name, token, Access::Write),
            [name, token, "read"] => (name, token, Access::Read),
            _ => {
                return Err(ConfigError(format!(
                    "`{}:{}`: expected a name, a token and, for one that may not write, `read`; found {} words",
                    path.display(),
                    number + 1,
                    parts.len()
                )));
            }
        };
        tokens.push((Principal::named(name).with_access(access), Secret::new(token)));
    }
    if tokens.is_empty() {
        return Err(ConfigError(format!(
            "`token_file`: `{}`: expected a `name token` line, found none",
            path.display()
        )));
    }
    Ok(tokens)
}

fn hosts(listen: SocketAddr, configured: &[String]) -> Vec<String> {
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
    if !listen.ip().is_unspecified() {
        hosts.push(match listen.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        });
    }
    hosts.extend(configured.iter().map(|host| without_port(host).to_ascii_lowercase()));
    let mut seen = std::collections::HashSet::new();
    hosts.retain(|host| seen.insert(host.clone()));
    hosts
}

/// The token of `Bearer …`; the scheme's case does not matter.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// `[::1]:8080` is `[::1]`, `shop:80` is `shop`.
fn without_port(host: &str) -> &str {
    match host.rfind(':') {
        Some(at) if !host[at..].contains(']') => &host[..at],
        Some(_) | None => host,
    }
}

/// The authority of an origin, without the port that its scheme implies.
fn authority(origin: &str) -> Option<&str> {
    let (_, authority) = origin.split_once("://")?;
    Some(without_default_port(authority.trim_end_matches('/')))
}

fn without_default_port(authority: &str) -> &str {
    authority.strip_suffix(":80").or_else(|| authority.strip_suffix(":443")).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(change: impl FnOnce(&mut Config)) -> Gate {
        let mut config = Config::default();
        change(&mut config);
        Gate::new(&config).expect("a good configuration")
    }

    fn shown<T>(result: Result<T, ClientError>, good: impl FnOnce(T) -> String) -> String {
        result.map_or_else(|error| format!("{} {error}", error.code.status()), good)
    }

    fn check_principal(gate: &Gate, header: Option<&str>, expected: &str) {
        assert_eq!(shown(gate.principal(header), |principal| principal.name().to_owned()), expected);
    }

    fn check_host(gate: &Gate, host: Option<&str>, expected: &str) {
        assert_eq!(shown(gate.check_host(host), |()| "ok".to_owned()), expected);
    }

    fn check_origin(gate: &Gate, origin: &str, host: &str, expected: &str) {
        assert_eq!(shown(gate.check_origin(Some(origin), host), |()| "ok".to_owned()), expected);
    }

    #[test]
    fn without_tokens_everybody_here_is_anonymous() {
        check_principal(&gate(|_| ()), None, "anonymous");
        check_principal(&gate(|_| ()), Some("Bearer whatever"), "anonymous");
    }

    #[test]
    fn with_a_token_it_must_be_shown() {
        let gate = gate(|config| config.token = Some(Secret::new("s3cret")));
        check_principal(&gate, Some("Bearer s3cret"), "token");
        check_principal(&gate, Some("bearer s3cret"), "token");
        check_principal(&gate, None, "401 `Authorization`: expected `Bearer` and a token, found none");
        check_principal(
            &gate,
            Some("Basic abc"),
            "401 `Authorization`: expected `Bearer` and a token, found another scheme",
        );
        let other = "401 `Authorization`: expected a token this server knows, found another";
        check_principal(&gate, Some("Bearer s3cre"), other);
        check_principal(&gate, Some("Bearer s3cret2"), other);
    }

    #[test]
    fn a_file_names_its_tokens() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "# who\nairflow  abc\n\nanna def read\n").expect("written");
        let gate = gate(|config| config.token_file = Some(file.path().to_owned()));
        check_principal(&gate, Some("Bearer def"), "anna");
        check_principal(&gate, Some("Bearer abc"), "airflow");
        let may_write =
            |header| shown(gate.principal(Some(header)).expect("known").check_write(), |()| "ok".to_owned());
        assert_eq!(may_write("Bearer abc"), "ok");
        assert_eq!(may_write("Bearer def"), "403 `anna` may read and not write");
        std::fs::write(file.path(), "anna def write\n").expect("written");
        let config = Config { token_file: Some(file.path().to_owned()), ..Config::default() };
        assert_eq!(
            Gate::new(&config).expect_err("no such access").to_string(),
            format!(
                "`{}:1`: expected a name, a token and, for one that may not write, `read`; found 3 words",
                file.path().display()
            )
        );
    }

    #[test]
    fn other_machines_need_a_token() {
        let config = Config { listen: SocketAddr::from(([0, 0, 0, 0], 8080)), ..Config::default() };
        assert_eq!(
            Gate::new(&config).expect_err("no token").to_string(),
            "`listen` is 0.0.0.0:8080, which other machines can reach: expected a token in `HEADWATER_TOKEN` or in the \
             file named by `token_file`, found none"
        );
    }

    #[test]
    fn hosts_by_name_whatever_the_port() {
        let gate = gate(|config| config.hosts = vec!["catalog.example".to_owned()]);
        check_host(&gate, Some("localhost"), "ok");
        check_host(&gate, Some("LOCALHOST:8080"), "ok");
        check_host(&gate, Some("[::1]:9"), "ok");
        check_host(&gate, Some("catalog.example:443"), "ok");
        let names = "`localhost`, `127.0.0.1`, `[::1]`, `catalog.example`";
        check_host(
            &gate,
            Some("evil.example:8080"),
            &format!("403 `Host`: expected {names}, found `evil.example:8080`; other names are set in `hosts`"),
        );
        check_host(&gate, None, "403 `Host`: expected the name of this server, found none");
    }

    #[test]
    fn origins_are_this_server_or_configured() {
        let gate = gate(|config| config.origins = vec!["https://portal.example".to_owned()]);
        check_origin(&gate, "http://localhost:8080", "localhost:8080", "ok");
        check_origin(&gate, "https://catalog.example", "catalog.example:443", "ok");
        check_origin(&gate, "https://portal.example", "localhost:8080", "ok");
        let told = |origin| {
            format!(
                "403 `Origin`: expected a page of `localhost:8080`, found `{origin}`; other origins are set in `origins`"
            )
        };
        for origin in ["http://localhost:3000", "null", "https://evil.example"] {
            check_origin(&gate, origin, "localhost:8080", &told(origin));
        }
    }
}
