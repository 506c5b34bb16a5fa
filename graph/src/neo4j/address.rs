//! Where a Neo4j server is, as a person writes it: `neo4j://user@host:port/database`.

/// Why an address cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the address of Neo4j {0}: expected neo4j://USER@HOST:PORT/DATABASE (or bolt://, neo4j+s://, bolt+s://)")]
pub struct BadAddress(&'static str);

const SCHEMES: [&str; 4] = ["neo4j", "bolt", "neo4j+s", "bolt+s"];
const PORT: u16 = 7687;
const NAME: &str = "neo4j";

/// A server, the user to ask it as, and the database in it. Holds no password.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    scheme: String,
    host: String,
    port: u16,
    pub(super) user: String,
    pub(super) database: String,
}

impl Address {
    /// Reads `scheme://user@host:port/database`; user and database are `neo4j` and the port 7687 when they are not said.
    /// A password in it is refused, since addresses end up in logs and in lists of processes.
    pub fn parse(text: &str) -> Result<Address, BadAddress> {
        let (scheme, rest) = text.split_once("://").ok_or(BadAddress("names no scheme"))?;
        if !SCHEMES.contains(&scheme) {
            return Err(BadAddress("has a scheme that is not known"));
        }
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, server) = authority.rsplit_once('@').unwrap_or((NAME, authority));
        if user.contains(':') {
            return Err(BadAddress("holds a password, which is given apart from it"));
        }
        let (host, port) = host_and_port(server).ok_or(BadAddress("has a port that is no number"))?;
        let plain = |part: &str| !part.contains(['/', '?', '#', '@', ' ']);
        if host.is_empty() || user.is_empty() || !plain(host) || !plain(database) {
            return Err(BadAddress("is not complete, or says more than can be read"));
        }
        let database = if database.is_empty() { NAME } else { database };
        let (scheme, host) = (scheme.to_owned(), host.to_owned());
        Ok(Address { scheme, host, port, user: user.to_owned(), database: database.to_owned() })
    }

    /// Scheme, host and port, as the driver takes them.
    pub(super) fn server(&self) -> String {
        format!("{}://{}:{}", self.scheme, self.host, self.port)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Address { scheme, host, port, user, database } = self;
        write!(f, "{scheme}://{user}@{host}:{port}/{database}")
    }
}

/// The host, in brackets when it is an address of IPv6, and the port.
fn host_and_port(server: &str) -> Option<(&str, u16)> {
    let after_brackets = server.rfind(']').map_or(0, |end| end + 1);
    match server[after_brackets..].find(':') {
        None => Some((server, PORT)),
        Some(colon) => Some((&server[..after_brackets + colon], server[after_brackets + colon + 1..].parse().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("neo4j://reader@graph.example:7688/lineage", "neo4j://reader@graph.example:7688/lineage"),
            ("bolt+s://graph.example", "bolt+s://neo4j@graph.example:7687/neo4j"),
            ("bolt://me@[::1]:9/", "bolt://me@[::1]:9/neo4j"),
            ("bolt://me@[::1]", "bolt://me@[::1]:7687/neo4j"),
        ] {
            assert_eq!(Address::parse(text).map(|address| address.to_string()).expect(text), expected);
        }
    }

    #[test]
    fn addresses_that_are_refused() {
        let expected = "expected neo4j://USER@HOST:PORT/DATABASE (or bolt://, neo4j+s://, bolt+s://)";
        for (text, what) in [
            ("graph.example", "names no scheme"),
            ("http://graph.example", "has a scheme that is not known"),
            ("neo4j://me:secret@graph.example", "holds a password, which is given apart from it"),
            ("neo4j://graph.example:many", "has a port that is no number"),
            ("neo4j://me@/lineage", "is not complete, or says more than can be read"),
            ("neo4j://host/a/b", "is not complete, or says more than can be read"),
        ] {
            let error = Address::parse(text).expect_err(text).to_string();
            assert_eq!(error, format!("the address of Neo4j {what}: {expected}"));
        }
    }
}
