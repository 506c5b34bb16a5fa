//! Asks for a difference page by page, of a folder or of a server.

use graph::{AsOf, Everyone, NodeId, NodeKind, Revision, Store};
use impact::diff::{About, Neighbourhood, Question, Times, Ways};
use serde_json::{Value, json};

use super::Way;
use crate::cli::Failure;
use crate::cli::remote::Remote;
use crate::cli::target::{Local, Target};
use crate::graphql::diff::Teller;
use crate::graphql::diff::answer::Diff;
use crate::graphql::{ids, reasons};

/// What is asked, wherever.
pub struct Asked {
    pub from: AsOf,
    pub to: AsOf,
    /// A public id.
    pub focus: Option<String>,
    pub way: Option<Way>,
    pub depth: u16,
}

/// Changes on a page, and nodes walked.
const PAGE: u32 = 200;
const NODES: usize = 20_000;

const DOCUMENT: &str = "
query($from: AsOf!, $to: AsOf, $id: ID, $direction: Direction, $depth: Int, $limit: Int, $first: Int, $after: String) {
  diff(from: $from, to: $to, id: $id, direction: $direction, depth: $depth, limit: $limit, first: $first, after: $after) {
    from { number at } to { number at } complete reasons { code message count about }
    nodes { id kind namespace name dataset change hop
      aspects { aspect key origin before after revision { number at } }
      revision { number at } madeBy { revision kind receivedAt by job run eventType eventTime producer } }
    edges { id from to kind masking job change source expression runCount lastSeen revision { number at }
      madeBy { revision kind receivedAt by job run eventType eventTime producer } }
    pageInfo { hasNextPage endCursor }
  }
}";

pub struct Pages<'a> {
    target: &'a Target,
    asked: Asked,
    after: Option<String>,
}

impl<'a> Pages<'a> {
    pub fn new(target: &'a Target, asked: Asked, after: Option<String>) -> Pages<'a> {
        Pages { target, asked, after }
    }

    /// Pages as one, until there are so many changes; all of the revisions that the first one read.
    pub async fn up_to(mut self, limit: u32) -> Result<Diff, Failure> {
        let mut whole: Option<Diff> = None;
        loop {
            let had = whole.as_ref().map_or(0, |whole| whole.nodes.len() + whole.edges.len());
            let left = (limit as usize).saturating_sub(had).min(PAGE as usize);
            let page = self.page(left.max(1)).await?;
            let after = page.page_info.end_cursor.clone();
            self.asked.from = AsOf::Revision(Revision(page.from.number));
            self.asked.to = AsOf::Revision(Revision(page.to.number));
            let joined = whole.take().map_or_else(|| page.clone(), |before| joined(before, page.clone()));
            let full = joined.nodes.len() + joined.edges.len() >= limit as usize;
            if after.is_none() || after == self.after || full {
                return Ok(joined);
            }
            self.after = after;
            whole = Some(joined);
        }
    }

    async fn page(&self, first: usize) -> Result<Diff, Failure> {
        match self.target {
            Target::Local(local) => self.local(local, first).await,
            Target::Remote(remote) => self.remote(remote, first).await,
        }
    }

    async fn local(&self, local: &Local, first: usize) -> Result<Diff, Failure> {
        let store = &*local.store;
        let from = store.revision(self.asked.from).await?.revision;
        let times = Times { from, to: store.revision(self.asked.to).await?.revision };
        let after = match self.after.as_deref().map(str::parse) {
            None => None,
            Some(Ok(after)) => Some(after),
            Some(Err(_)) => return Err(Failure::Usage("`--after`: expected what an earlier answer gave".to_owned())),
        };
        let about = self.about(store, times).await?;
        let question = Question { times, about, after, first, with_inputs: true, deadline: None };
        let found = impact::diff::diff(store, &Everyone, &question).await.map_err(Failure::failed)?;
        let limits = reasons::Limits { nodes: NODES, depth: self.asked.depth.into() };
        Teller::new(store, &Everyone, limits).diff(found).await.map_err(Failure::failed)
    }

    async fn about(&self, store: &dyn Store, times: Times) -> Result<About, Failure> {
        let Some(id) = &self.asked.focus else { return Ok(About::Estate) };
        let focus = focus(store, id, times).await?;
        let Some(way) = self.asked.way else { return Ok(About::Node(focus)) };
        let ways = match way {
            Way::Upstream => Ways::Upstream,
            Way::Downstream => Ways::Downstream,
            Way::Both => Ways::Both,
        };
        let depth = self.asked.depth.into();
        Ok(About::Lineage(Neighbourhood { focus, ways, by_column: false, depth, limit: NODES }))
    }

    async fn remote(&self, remote: &Remote, first: usize) -> Result<Diff, Failure> {
        let Asked { from, to, focus, way, depth } = &self.asked;
        let direction = way.map(|way| match way {
            Way::Upstream => "UPSTREAM",
            Way::Downstream => "DOWNSTREAM",
            Way::Both => "BOTH",
        });
        let variables = json!({
            "from": as_of(*from), "to": as_of(*to), "id": focus,
            "direction": direction, "depth": depth, "limit": NODES, "first": first, "after": self.after,
        });
        let body = json!({ "query": DOCUMENT, "variables": variables });
        let mut answer = remote.post("/graphql", body.to_string().into_bytes()).await?;
        if let Some(error) = answer["errors"][0]["message"].as_str() {
            return Err(Failure::Usage(error.to_owned()));
        }
        serde_json::from_value(answer["data"]["diff"].take()).map_err(Failure::failed)
    }
}

/// A time as GraphQL takes it; null is the newest revision.
fn as_of(time: AsOf) -> Value {
    match time {
        AsOf::Latest => Value::Null,
        AsOf::Revision(revision) => json!({ "revision": revision.0 }),
        AsOf::Time(time) => json!({ "time": time.to_string() }),
    }
}

/// What an id names at the later of the times told, else at the other.
async fn focus(store: &dyn Store, id: &str, times: Times) -> Result<NodeId, Failure> {
    let name = ids::parse_node(id).map_err(|error| Failure::Usage(error.to_string()))?;
    if !matches!(name.kind(), NodeKind::Dataset | NodeKind::Column | NodeKind::Job) {
        return Err(Failure::Usage(format!("id `{id}`: expected {}", ids::EXPECTED_NODE)));
    }
    for at in [times.to, times.from] {
        if let Some(node) = store.resolve(std::slice::from_ref(&name), at).await?.into_iter().flatten().next() {
            return Ok(node);
        }
    }
    Err(Failure::Usage(format!("nothing is known under the id `{id}` at revision {} or {}", times.to, times.from)))
}

/// Two pages in a row as one.
fn joined(mut before: Diff, page: Diff) -> Diff {
    before.nodes.extend(page.nodes);
    before.edges.extend(page.edges);
    before.complete &= page.complete;
    for reason in page.reasons {
        if !before.reasons.iter().any(|known| known.code == reason.code) {
            before.reasons.push(reason);
        }
    }
    before.page_info = page.page_info;
    before
}
