//! A store whose feed no longer reaches back.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use graph::change::Submission;
use graph::*;

pub struct Trimmed(pub Arc<dyn Store>);

#[async_trait]
impl Store for Trimmed {
    async fn revision(&self, as_of: AsOf) -> Result<RevisionMeta> {
        self.0.revision(as_of).await
    }
    async fn commit(&self, submission: Submission) -> Result<Receipt> {
        self.0.commit(submission).await
    }
    async fn resolve(&self, names: &[NodeName], at: Revision) -> Result<Vec<Option<NodeId>>> {
        self.0.resolve(names, at).await
    }
    async fn nodes(&self, ids: &[NodeId], at: Revision) -> Result<Vec<Option<Arc<Node>>>> {
        self.0.nodes(ids, at).await
    }
    async fn hop(&self, hop: Hop<'_>) -> Result<Vec<Edge>> {
        self.0.hop(hop).await
    }
    async fn scan(&self, scan: Scan) -> Result<Vec<NodeId>> {
        self.0.scan(scan).await
    }
    async fn changes(&self, _: Revision, _: usize, _: Duration) -> Result<Feed> {
        let resume = self.0.revision(AsOf::Latest).await?.revision;
        Ok(Feed::Trimmed { resume })
    }
    async fn history(&self, id: NodeId, limit: usize) -> Result<Vec<Version>> {
        self.0.history(id, limit).await
    }
    async fn runs(&self, query: &RunQuery) -> Result<Vec<Run>> {
        self.0.runs(query).await
    }
    async fn log(&self, query: LogQuery) -> Result<Vec<LogEntry>> {
        self.0.log(query).await
    }
    async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Option<Vec<u8>>>> {
        self.0.contents(ids).await
    }
    async fn evidence(&self, edge: EdgeId) -> Result<Option<Evidence>> {
        self.0.evidence(edge).await
    }
}
