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

/// A store that this process has open alone.
pub struct Local {
    pub store: Arc<dyn Store>,
    pub intake: Intake,
    pub data: PathBuf,
}

impl Target {
    /// `--data` or `--url`; without either `HEADWATER_URL`, and else the configured folder.
    pub fn open(place: &Place, session: &Session) -> Result<Target, Failure> {
        let flags = place.data.as_ref().map(|path| ("data", path.display().to_string()));
        let config = session.config(flags.into_iter().collect())?;
        let url = place.url.clone().or_else(|| place.data.is_none().then(|| session.url.clone()).flatten());
        match url {
            Some(url) => Ok(Target::Remote(Remote::new(&url, config.token)?)),
            None => Ok(Target::Local(Local::open(&config)?)),
        }
    }
}

impl Local {
    pub fn open(config: &Config) -> Result<Local, Failure> {
        let store = server::open_store(config, &config.data)?;
        let intake = Intake::new(store.clone());
        Ok(Local { store, intake, data: config.data.clone() })
    }
}
