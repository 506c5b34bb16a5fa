//! How much there is.

use async_graphql::{Context, Object, Result, SimpleObject};
use graph::{NodeId, NodeKind, NodeName, RevisionMeta, names};

use super::columns::all_of;
use super::common::Revision;
use super::error;
use super::scope::Scope;

pub struct Estate(pub RevisionMeta);

#[derive(SimpleObject)]
pub struct NamespaceCount {
    pub name: String,
    pub platform: Option<String>,
    pub datasets: u64,
    pub jobs: u64,
}

#[Object]
impl Estate {
    async fn revision(&self) -> Revision {
        self.0.into()
    }

    async fn datasets(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(self.seen(Scope::of(ctx)?, NodeKind::Dataset, self.0.totals.datasets).await?)
    }

    async fn columns(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(self.seen(Scope::of(ctx)?, NodeKind::Column, self.0.totals.columns).await?)
    }

    async fn jobs(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(self.seen(Scope::of(ctx)?, NodeKind::Job, self.0.totals.jobs).await?)
    }

    async fn runs(&self, ctx: &Context<'_>) -> Result<u64> {
        Scope::of(ctx)?.check_sees_all("`estate.runs`")?;
        Ok(self.0.totals.runs)
    }

    /// lineage edges that are current
    async fn edges(&self, ctx: &Context<'_>) -> Result<u64> {
        Scope::of(ctx)?.check_sees_all("`estate.edges`")?;
        Ok(self.0.totals.edges)
    }

    /// inputs of every kind: events, artifacts, people's edits
    async fn events(&self, ctx: &Context<'_>) -> Result<u64> {
        Scope::of(ctx)?.check_sees_all("`estate.events`")?;
        Ok(self.0.totals.inputs)
    }

    /// inputs that were refused for good; what was wrong with those and with others is in `rejectedEvents`
    async fn rejected(&self, ctx: &Context<'_>) -> Result<u64> {
        Scope::of(ctx)?.check_sees_all("`estate.rejected`")?;
        Ok(self.0.totals.rejected)
    }

    /// the fullest first
    async fn namespaces(&self, ctx: &Context<'_>) -> Result<Vec<NamespaceCount>> {
        let scope = Scope::of(ctx)?;
        let at = self.0.revision;
        let ids = all_of(scope, NodeKind::Namespace, None, at).await?;
        let mut counts = Vec::with_capacity(ids.len());
        for node in scope.nodes(&ids, at).await? {
            let NodeName::Namespace(name) = &node.name else { continue };
            let datasets = self.count(scope, NodeKind::Dataset, Some(node.id)).await?;
            let jobs = self.count(scope, NodeKind::Job, Some(node.id)).await?;
            let platform = Some(names::platform(name)).filter(|_| datasets > 0).map(str::to_owned);
            counts.push(NamespaceCount { name: name.clone(), platform, datasets, jobs });
        }
        counts.sort_by_key(|count| std::cmp::Reverse(count.datasets + count.jobs));
        Ok(counts)
    }
}

impl Estate {
    /// How many nodes of a kind may be seen, of `all` that there are.
    async fn seen(&self, scope: &Scope, kind: NodeKind, all: u64) -> error::Result<u64> {
        if scope.viewer.sees_everything() { Ok(all) } else { self.count(scope, kind, None).await }
    }

    /// How many nodes, of a namespace when one is given, may be seen.
    async fn count(&self, scope: &Scope, kind: NodeKind, namespace: Option<NodeId>) -> error::Result<u64> {
        let ids = all_of(scope, kind, namespace, self.0.revision).await?;
        if scope.viewer.sees_everything() {
            return Ok(ids.len() as u64);
        }
        Ok(scope.nodes(&ids, self.0.revision).await?.len() as u64)
    }
}
