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

    async fn datasets(&self) -> u64 {
        self.0.totals.datasets
    }

    async fn columns(&self) -> u64 {
        self.0.totals.columns
    }

    async fn jobs(&self) -> u64 {
        self.0.totals.jobs
    }

    async fn runs(&self) -> u64 {
        self.0.totals.runs
    }

    /// lineage edges that are current
    async fn edges(&self) -> u64 {
        self.0.totals.edges
    }

    /// inputs of every kind: events, artifacts, people's edits
    async fn events(&self) -> u64 {
        self.0.totals.inputs
    }

    /// inputs that were refused for good; what was wrong with those and with others is in `rejectedEvents`
    async fn rejected(&self) -> u64 {
        self.0.totals.rejected
    }

    /// the fullest first
    async fn namespaces(&self, ctx: &Context<'_>) -> Result<Vec<NamespaceCount>> {
        let scope = Scope::of(ctx)?;
        let at = self.0.revision;
        let ids = all_of(scope, NodeKind::Namespace, None, at).await?;
        let mut counts = Vec::with_capacity(ids.len());
        for node in scope.nodes(&ids, at).await? {
            let NodeName::Namespace(name) = &node.name else { continue };
            let datasets = self.count(scope, NodeKind::Dataset, node.id).await?;
            let jobs = self.count(scope, NodeKind::Job, node.id).await?;
            let platform = Some(names::platform(name)).filter(|_| datasets > 0).map(str::to_owned);
            counts.push(NamespaceCount { name: name.clone(), platform, datasets, jobs });
        }
        counts.sort_by_key(|count| std::cmp::Reverse(count.datasets + count.jobs));
        Ok(counts)
    }
}

impl Estate {
    /// How many nodes of a namespace may be seen.
    async fn count(&self, scope: &Scope, kind: NodeKind, namespace: NodeId) -> error::Result<u64> {
        let ids = all_of(scope, kind, Some(namespace), self.0.revision).await?;
        if scope.viewer.sees_everything() {
            return Ok(ids.len() as u64);
        }
        Ok(scope.nodes(&ids, self.0.revision).await?.len() as u64)
    }
}
