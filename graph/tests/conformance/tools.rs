//! How a case is told and compared.

use std::pin::Pin;
use std::sync::Arc;

use expect_test::Expect;
use graph::derive::{Derive, NoDerivation};
use graph::walk::Walk;
use graph::*;

use super::*;

/// Opens an empty store. There is one at a time: a case drops its first before it opens another.
pub type Open<'a> = &'a dyn Fn(Arc<dyn Derive>, Rewrites) -> Opening;

pub type Opening = Pin<Box<dyn Future<Output = Opened>>>;

pub async fn plain(open: Open<'_>) -> Opened {
    open(Arc::new(NoDerivation), Rewrites::default()).await
}

/// The state of a store as text and as a digest.
pub async fn seen(opened: Opened) -> (String, String) {
    let store = opened.store.as_ref();
    (state(store).await, format!("{:?}", graph::digest::digest(store).await.expect("digest")))
}

pub async fn tell(store: &dyn Store, said: &[Say]) {
    for say in said {
        store.commit(say.submission()).await.expect("commits");
    }
}

/// What a store holds after some inputs, and that any order of them, each said twice, gives the same.
pub async fn check(open: Open<'_>, said: &[Say], expected: Expect) {
    let first = plain(open).await;
    tell(first.store.as_ref(), said).await;
    let first = seen(first).await;
    expected.assert_eq(&first.0);
    for order in orders(said) {
        let other = plain(open).await;
        tell(other.store.as_ref(), &order).await;
        assert_eq!(seen(other).await, first, "in another order");
    }
}

/// Other orders of the same inputs: backwards, rotated, and each twice.
pub fn orders(said: &[Say]) -> Vec<Vec<Say>> {
    let backwards: Vec<Say> = said.iter().rev().cloned().collect();
    let doubled = said.iter().chain(&backwards).cloned().collect();
    let mut orders = vec![backwards, doubled];
    for by in 1..said.len() {
        let mut rotated = said.to_vec();
        rotated.rotate_left(by);
        orders.push(rotated);
    }
    orders
}

pub async fn head(store: &dyn Store) -> Revision {
    store.revision(AsOf::Latest).await.expect("revision").revision
}

pub fn downstream(start: NodeId, kinds: EdgeKinds, at: Revision) -> Walk {
    Walk { start: vec![start], direction: Direction::Downstream, kinds, depth: 10, limit: 100, at, deadline: None }
}
