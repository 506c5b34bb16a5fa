//! How a case is told and compared.

use std::sync::Arc;

use expect_test::Expect;
use graph::derive::{Derive, NoDerivation};
use graph::walk::Walk;
use graph::*;

use super::*;

pub type Open<'a> = &'a dyn Fn(Arc<dyn Derive>, Rewrites) -> Opened;

pub fn plain(open: Open<'_>) -> Opened {
    open(Arc::new(NoDerivation), Rewrites::default())
}

pub async fn tell(store: &dyn Store, said: &[Say]) {
    for say in said {
        store.commit(say.submission()).await.expect("commits");
    }
}

/// What a store holds after some inputs, and that any order of them, each said twice, gives the same.
pub async fn check(open: Open<'_>, said: &[Say], expected: Expect) {
    let first = plain(open);
    tell(first.store.as_ref(), said).await;
    expected.assert_eq(&state(first.store.as_ref()).await);
    let digest = graph::digest::digest(first.store.as_ref()).await.expect("digest");
    for order in orders(said) {
        let other = plain(open);
        tell(other.store.as_ref(), &order).await;
        assert_eq!(state(other.store.as_ref()).await, state(first.store.as_ref()).await, "in another order");
        assert_eq!(graph::digest::digest(other.store.as_ref()).await.expect("digest"), digest, "in another order");
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
