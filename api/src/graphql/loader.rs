//! Batched reads: everything that is asked for while one request goes on, level by level, becomes one read a level.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;

use super::error::{ApiError, Result};

type Found<K, V> = Result<Arc<HashMap<K, V>>>;
type Batch<K, V> = Shared<BoxFuture<'static, Found<K, V>>>;
type Fetch<K, V> = Arc<dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>>> + Send + Sync>;
/// The keys of a batch; `None` once its read has begun.
type Keys<K> = Arc<Mutex<Option<Vec<K>>>>;

/// Reads values by key for one request. A key is read once; keys asked for in the same turn are read together.
pub struct Loader<K: Eq + Hash, V> {
    fetch: Fetch<K, V>,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    asked: HashMap<K, Batch<K, V>>,
    open: Option<(Keys<K>, Batch<K, V>)>,
}

impl<K, V> Loader<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Default + Send + Sync + 'static,
{
    /// `fetch` reads many keys at once; a key that it leaves out has the default value.
    pub fn new<F, R>(fetch: F) -> Loader<K, V>
    where
        F: Fn(Vec<K>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<HashMap<K, V>>> + Send + 'static,
    {
        let fetch: Fetch<K, V> = Arc::new(move |keys| fetch(keys).boxed());
        Loader { fetch, state: Mutex::new(State { asked: HashMap::new(), open: None }) }
    }

    pub async fn one(&self, key: K) -> Result<V> {
        let batch = self.batch(&key);
        turn(&batch).await;
        let found = batch.await?;
        Ok(found.get(&key).cloned().unwrap_or_default())
    }

    /// The values in the order of the keys.
    pub async fn many(&self, keys: &[K]) -> Result<Vec<V>> {
        let batches: Vec<Batch<K, V>> = keys.iter().map(|key| self.batch(key)).collect();
        let mut values = Vec::with_capacity(keys.len());
        for (key, batch) in keys.iter().zip(batches) {
            turn(&batch).await;
            values.push(batch.await?.get(key).cloned().unwrap_or_default());
        }
        Ok(values)
    }

    fn batch(&self, key: &K) -> Batch<K, V> {
        let mut state = self.state.lock();
        if let Some(batch) = state.asked.get(key) {
            return batch.clone();
        }
        let batch = match state.open.as_ref().filter(|(keys, _)| joined(keys, key)) {
            Some((_, batch)) => batch.clone(),
            None => self.begin(&mut state, key),
        };
        state.asked.insert(key.clone(), batch.clone());
        batch
    }

    fn begin(&self, state: &mut State<K, V>, key: &K) -> Batch<K, V> {
        let keys: Keys<K> = Arc::new(Mutex::new(Some(vec![key.clone()])));
        let batch = read(keys.clone(), self.fetch.clone()).boxed().shared();
        state.open = Some((keys, batch.clone()));
        batch
    }
}

/// Adds the key to a batch whose read has not begun.
fn joined<K: Clone>(keys: &Keys<K>, key: &K) -> bool {
    keys.lock().as_mut().map(|keys| keys.push(key.clone())).is_some()
}

/// Lets everybody who is ready to ask do so before the read begins. Those who wait for one answer are woken in two
/// turns: whoever drove the read, then the others.
async fn turn<T: Clone>(batch: &Shared<BoxFuture<'static, T>>) {
    if batch.peek().is_none() {
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }
}

async fn read<K: Eq + Hash, V>(keys: Keys<K>, fetch: Fetch<K, V>) -> Found<K, V> {
    let keys = keys.lock().take().ok_or_else(|| ApiError::internal("a batch was read twice"))?;
    fetch(keys).await.map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_asked_together_is_read_together_and_once() {
        let reads: Arc<Mutex<Vec<Vec<u32>>>> = Arc::default();
        let log = reads.clone();
        let squares: Loader<u32, u32> = Loader::new(move |keys: Vec<u32>| {
            log.lock().push(keys.clone());
            async move { Ok(keys.into_iter().filter(|key| *key != 9).map(|key| (key, key * key)).collect()) }
        });
        let (a, b, c) = futures_util::join!(squares.one(2), squares.many(&[3, 2, 9]), squares.one(3));
        assert_eq!((a, b, c), (Ok(4), Ok(vec![9, 4, 0]), Ok(9)));
        assert_eq!(squares.many(&[2, 5]).await, Ok(vec![4, 25]));
        assert_eq!(*reads.lock(), vec![vec![2, 3, 9], vec![5]]);
    }
}
