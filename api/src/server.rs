//! The server's life: the store opens, the index follows it, requests are answered, and at the end what was begun is
//! finished.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::serve::ListenerExt;
use graph::{AsOf, ContentId, RevisionMeta, Store, StoreError, Time, embedded, neo4j};
use search::{Index, SearchError};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::auth::Gate;
use crate::config::{Config, ConfigError};
use crate::error::Error;
use crate::http::{self, App};
use crate::intake::Intake;
use crate::observe;
use crate::services::Services;

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Index(#[from] SearchError),
    #[error("cannot listen on {address}: {error}")]
    Listen { address: SocketAddr, error: std::io::Error },
    #[error("the demo estate cannot be loaded: {0}")]
    Demo(String),
    #[error("the server failed: {0}")]
    Failed(std::io::Error),
}

/// Opens the store that the configuration names, and nothing else.
pub async fn open_store(config: &Config) -> Result<Arc<dyn Store>, ServeError> {
    let (derive, rewrites, clock) = (Arc::new(binding::SqlDerive), config.rewrites()?, Arc::new(Time::now));
    let Some(address) = config.address()? else {
        return Ok(embedded::open(embedded::Options { path: config.data.clone(), derive, rewrites, clock })?);
    };
    let (password, patience) = (config.neo4j_password()?.reveal().to_owned(), config.neo4j.patience.0);
    Ok(neo4j::open(neo4j::Options { address, password, derive, rewrites, clock, patience }).await?)
}

/// The folder of the search index in the data folder, one for each graph; what is in it can be made again.
pub fn index_folder(config: &Config) -> PathBuf {
    match &config.store {
        None => config.data.join("search"),
        Some(store) => config.data.join(format!("search-{}", ContentId::of(store.as_bytes()))),
    }
}

/// Opens the store, then the index, which catches up in the background.
pub async fn open(config: &Config) -> Result<Arc<Services>, ServeError> {
    let started = Instant::now();
    let store = open_store(config).await?;
    let index = Arc::new(Index::open(&index_folder(config), store.clone()).await?);
    let (limits, stop) = (config.limits.clone(), CancellationToken::new());
    Ok(Arc::new(Services { store, index, limits, started, stop }))
}

/// A server that is bound to its address and not yet answering.
pub struct Server {
    services: Arc<Services>,
    listener: TcpListener,
    router: Router,
    address: SocketAddr,
}

impl Server {
    /// Checks who may call, before the address is taken.
    pub async fn bind(config: &Config, services: Arc<Services>) -> Result<Server, ServeError> {
        observe::start();
        let gate = Gate::new(config)?;
        let failed = |error| ServeError::Listen { address: config.listen, error };
        let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let router = http::router(App::new(services.clone(), gate));
        Ok(Server { services, listener, router, address })
    }

    /// Where it really listens, also when the port was left open.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is done; then takes no more connections, finishes what was begun within `limits.stop_time`,
    /// and writes what the index has read.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
        let Server { services, listener, router, .. } = self;
        let token = services.stop.clone();
        let upkeep = tokio::spawn(upkeep(token.clone()));
        let wait = token.clone();
        let stopping = async move {
            stop.await;
            wait.cancel();
        };
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps its delay");
            }
        });
        let serving = axum::serve(listener, router).with_graceful_shutdown(stopping).into_future();
        let result = tokio::select! {
            result = serving => result.map_err(ServeError::Failed),
            () = late(&token, services.limits.stop_time.0) => {
                tracing::warn!("some requests did not finish in time and were left");
                Ok(())
            }
        };
        token.cancel();
        services.index.close().await;
        // It ends by itself, since the token is cancelled; a panic of it would have been logged.
        let _ = upkeep.await;
        result
    }
}

/// Done some time after the token was cancelled.
async fn late(token: &CancellationToken, time: Duration) {
    token.cancelled().await;
    tokio::time::sleep(time).await;
}

async fn upkeep(token: CancellationToken) {
    let mut ticks = tokio::time::interval(observe::UPKEEP);
    while token.run_until_cancelled(ticks.tick()).await.is_some() {
        observe::upkeep();
    }
}

/// The file in a data folder that says which moment the demo estate was made for, and whether all of it is loaded.
const DEMO_FILE: &str = "demo";
const LOADED: &str = "loaded";

/// Loads the demo estate by the way of anybody's events, unless this store has it. A load that was cut short is begun
/// again for the same moment, and what is known already is recognised.
pub async fn load_demo(config: &Config, services: &Services) -> Result<Option<usize>, ServeError> {
    let file = config.data.join(DEMO_FILE);
    let note = std::fs::read_to_string(&file).unwrap_or_default();
    let mut words = note.split_whitespace();
    let begun: Option<Time> = words.next().and_then(|word| word.parse().ok());
    if begun.is_some() && words.next() == Some(LOADED) {
        return Ok(None);
    }
    if begun.is_none() && config.store.is_some() && newest(services).await?.totals.inputs > 0 {
        // Another server of this graph, or this one from another folder, was here before.
        return Ok(None);
    }
    let now = begun.unwrap_or_else(Time::now);
    let failed = |error: std::io::Error| ServeError::Demo(format!("`{}` cannot be written: {error}", file.display()));
    std::fs::write(&file, format!("{now}\n")).map_err(failed)?;
    let events = ingest::demo::events(now);
    let count = events.len();
    let intake = Intake::new(services.store.clone());
    for fate in intake.events(events).await {
        fate.result.map_err(|error: Error| ServeError::Demo(format!("event {}: {error}", fate.index)))?;
    }
    std::fs::write(&file, format!("{now} {LOADED}\n")).map_err(failed)?;
    Ok(Some(count))
}

/// The newest revision and how much there is at it.
pub async fn newest(services: &Services) -> Result<RevisionMeta, ServeError> {
    Ok(services.store.revision(AsOf::Latest).await?)
}
