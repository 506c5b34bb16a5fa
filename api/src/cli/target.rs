//! Where a command reads and writes: a folder of its own, or a running server.

use std::path::PathBuf;
use std::sync::Arc;

use graph::Store;

use super::remote::Remote;
use super::{Failure, Place, Session};
use crate::config::Config;
use crate::intake::Intake;
use crate::server;

pub enum Target {
    Local(Local),
    Remote(Remote),
}

/// A store that this process has open, an embedded one alone.
pub struct Local {
    pub store: Arc<dyn Store>,
    pub intake: Intake,
    pub data: PathBuf,
    /// The folder of the search index.
    pub index: PathBuf,
}

impl Target {
    /// `--data`, `--store` or `--url`; without any `HEADWATER_URL`, and else what is configured.
    pub async fn open(place: &Place, session: &Session) -> Result<Target, Failure> {
        let config = session.config(super::place_flags(place.data.as_deref(), place.store.as_deref()))?;
        let named = place.data.is_some() || place.store.is_some();
        let url = place.url.clone().or_else(|| (!named).then(|| session.url.clone()).flatten());
        match url {
            Some(url) => Ok(Target::Remote(Remote::new(&url, config.token)?)),
            None => Ok(Target::Local(Local::open(&config).await?)),
        }
    }
}

impl Local {
    pub async fn open(config: &Config) -> Result<Local, Failure> {
        let store = server::open_store(config).await?;
        let intake = Intake::new(store.clone());
        Ok(Local { store, intake, data: config.data.clone(), index: server::index_folder(config) })
    }
}
