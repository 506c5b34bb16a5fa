//! Reads of the graph: a picture of what a question touches is fetched, and `crate::read` says what it means.

use std::collections::HashMap;
use std::sync::Arc;

use neo4rs::query;
use serde::Deserialize;

use super::picture::{Picture, Place, Scope};
use super::queries;
use super::shared::{Known, Shared};
use crate::ids::{NodeId, Revision};
use crate::model::*;
use crate::read::{self, View, change_kind, differences, moment};
use crate::records;
use crate::store::*;

/// How often a hop is looked at again because a commit came in between.
const DISTURBED: u32 = 16;

const OLDEST: &str = "MATCH (r:Revision) WHERE r.id > 0 RETURN r.id AS id ORDER BY r.id LIMIT 1";

const FEED: &str = "MATCH (r:Revision) WHERE r.id > $after RETURN r.id AS id, r.committedAt AS committed_at, \
     r.nodes AS nodes ORDER BY r.id LIMIT $limit";

const STARTS: &str = "CALL { MATCH (v:Version {id: $id}) WHERE v.since >= 0 RETURN v.since AS since \
     UNION MATCH (n:Entity {id: $id}) WHERE n.ended IS NULL RETURN n.since AS since } \
     RETURN since ORDER BY since DESC LIMIT $limit";

/// Asks a question of a picture until the picture has all that it needs.
pub(super) async fn ask<T>(
    shared: &Shared,
    known: &Known,
    mut picture: Picture,
    at: Revision,
    question: impl Fn(&View<'_, Picture>) -> Result<T>,
) -> Result<T> {
    loop {
        let answer = question(&View { shape: &picture, aliases: &known.aliases, at });
        if !picture.complete(&shared.client).await? {
            return answer;
        }
    }
}

pub(super) async fn resolve(shared: &Shared, names: &[NodeName], at: Revision) -> Result<Vec<Option<NodeId>>> {
    let known = shared.known(at).await?;
    ask(shared, &known, shared.picture(), at, |view| {
        names.iter().map(|name| read::resolve(view, view.shape, name)).collect()
    })
    .await
}

pub(super) async fn nodes(shared: &Shared, ids: &[NodeId], at: Revision) -> Result<Vec<Option<Arc<Node>>>> {
    let known = shared.known(at).await?;
    let picture = shared.picture();
    picture.expect_nodes(ids.iter().map(|id| id.0));
    ask(shared, &known, picture, at, |view| {
        let mut spaces = HashMap::new();
        ids.iter().map(|id| node(view, &mut spaces, id.0)).collect()
    })
    .await
}

fn node(view: &View<'_, Picture>, spaces: &mut HashMap<u32, QualifiedName>, id: u32) -> Result<Option<Arc<Node>>> {
    let Some(membership) = read::membership(view, id) else { return Ok(None) };
    Ok(read::assemble(view.shape, spaces, &membership, view.at)?.map(Arc::new))
}

/// One hop. A commit that ends an edge meanwhile would hide it, so a hop during which one came is looked at again.
pub(super) async fn hop(shared: &Shared, hop: &Hop<'_>) -> Result<Vec<Edge>> {
    for _ in 0..DISTURBED {
        let known = shared.known(hop.at).await?;
        let before = shared.head().revision;
        let picture = shared.picture_of(Scope { kinds: hop.kinds, ended: hop.at < before });
        let edges = ask(shared, &known, picture, hop.at, |view| Ok(read::hop(view, hop))).await?;
        if shared.refresh().await?.revision == before {
            return Ok(edges);
        }
    }
    Err(StoreError::Unavailable("the graph changed each time while its edges were read".to_owned()))
}

/// A page of representatives of one kind.
pub(super) async fn scan(shared: &Shared, scan: &Scan) -> Result<Vec<NodeId>> {
    let known = shared.known(scan.at).await?;
    let mut after = scan.after.map_or(0, |after| after.0);
    let mut found = Vec::new();
    while found.len() < scan.limit {
        let wanted = scan.limit - found.len();
        let page = page(shared, &known, scan, (after, wanted)).await?;
        let (ids, read): (Vec<u32>, usize) = (page.iter().map(|place| place.id).collect(), page.len());
        after = ids.last().copied().unwrap_or(after);
        let mut picture = shared.picture();
        page.into_iter().for_each(|place| picture.add_place(place));
        let standing = |view: &View<'_, Picture>| Ok(ids.iter().copied().filter(|id| view.stands(*id)).collect());
        let standing: Vec<u32> = ask(shared, &known, picture, scan.at, standing).await?;
        found.extend(standing.into_iter().map(NodeId));
        if read < wanted {
            break;
        }
    }
    Ok(found)
}

/// As many nodes as are wanted after one, whether they stand for others or not.
async fn page(shared: &Shared, known: &Known, scan: &Scan, (after, wanted): (u32, usize)) -> Result<Vec<Place>> {
    let asked = match scan.parent {
        None => query(queries::PAGES[scan.kind as usize]),
        Some(NodeId(parent)) => {
            let parents: Vec<i64> = known.class(parent, scan.at).into_iter().map(i64::from).collect();
            query(queries::PAGE_BELOW).param("parents", parents).param("kind", scan.kind as i64)
        }
    };
    let asked = asked.param("after", i64::from(after)).param("at", i64::from(scan.at.0));
    Ok(shared.client.rows(asked.param("limit", wanted as i64)).await?)
}

#[derive(Deserialize)]
struct Oldest {
    id: u32,
}

#[derive(Deserialize)]
struct FeedRow {
    id: u32,
    committed_at: i64,
    nodes: String,
}

impl FeedRow {
    fn entry(self) -> Result<FeedEntry> {
        let nodes: Vec<(u32, u8)> = records::read(&self.nodes)?;
        let nodes = nodes.into_iter().map(|(node, change)| (NodeId(node), change_kind(change))).collect();
        Ok(FeedEntry { revision: Revision(self.id), committed_at: moment(self.committed_at), nodes })
    }
}

/// The feed after a revision, as far as it goes now.
pub(super) async fn changes(shared: &Shared, after: Revision, limit: usize) -> Result<Feed> {
    let oldest: Vec<Oldest> = shared.client.rows(query(OLDEST)).await?;
    if oldest.first().is_some_and(|oldest| oldest.id > after.0 + 1) {
        return Ok(Feed::Trimmed { resume: shared.refresh().await?.revision });
    }
    let asked = query(FEED).param("after", i64::from(after.0)).param("limit", limit as i64);
    let rows: Vec<FeedRow> = shared.client.rows(asked).await?;
    Ok(Feed::Changes(rows.into_iter().map(FeedRow::entry).collect::<Result<_>>()?))
}

#[derive(Deserialize)]
struct Start {
    since: u32,
}

/// The versions of a node, newest first, each with what made it different from the one before.
pub(super) async fn history(shared: &Shared, id: NodeId, limit: usize) -> Result<Vec<Version>> {
    let asked = query(STARTS).param("id", i64::from(id.0)).param("limit", limit as i64 + 1);
    let starts: Vec<Start> = shared.client.rows(asked).await?;
    let newest = starts.first().map_or(Revision(0), |start| Revision(start.since));
    let known = shared.known(newest).await?;
    let nodes: Vec<Arc<Node>> = ask(shared, &known, shared.picture(), newest, |view| {
        let at = |start: &Start| View { at: Revision(start.since), ..*view };
        let nodes = starts.iter().filter_map(|start| node(&at(start), &mut HashMap::new(), id.0).transpose());
        nodes.collect()
    })
    .await?;
    let mut versions = Vec::new();
    for (place, node) in nodes.iter().take(limit).enumerate() {
        let changed = nodes.get(place + 1).map_or_else(Vec::new, |before| differences(before, node));
        versions.push(Version { node: Arc::clone(node), changed });
    }
    Ok(versions)
}
