//! `headwater serve`.

use std::path::PathBuf;

use clap::Args;

use super::outcome::print;
use super::{Exit, Failure, Outcome, Session};
use crate::config::Config;
use crate::observe;
use crate::server::{self, Server};

/// Serve the page, GraphQL and the endpoint for OpenLineage events
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  headwater serve --demo
  OPENLINEAGE_URL=http://127.0.0.1:8080 airflow standalone")]
pub struct Serve {
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The data folder; made when it is not there [default: ./headwater-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Keep the graph in Neo4j: neo4j://USER@HOST:PORT/DATABASE (or bolt://, neo4j+s://, bolt+s://); the password is read
    /// from HEADWATER_NEO4J_PASSWORD, and the data folder holds the search index
    #[arg(long, value_name = "ADDRESS")]
    store: Option<String>,
    /// A file with the password for Neo4j
    #[arg(long, value_name = "FILE")]
    neo4j_password_file: Option<PathBuf>,
    /// Load the demo estate, once for each data folder
    #[arg(long)]
    demo: bool,
    /// What the log tells: a level, or levels by module [default: info]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

impl Serve {
    fn flags(&self) -> Vec<(&'static str, String)> {
        let data = self.data.as_ref().map(|path| path.display().to_string());
        let password_file = self.neo4j_password_file.as_ref().map(|path| path.display().to_string());
        let given = [
            ("listen", self.listen.clone()),
            ("data", data),
            ("store", self.store.clone()),
            ("neo4j.password_file", password_file),
            ("demo", self.demo.then(|| "true".to_owned())),
            ("log.level", self.log_level.clone()),
            ("log.format", self.log_format.clone()),
        ];
        given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }

    pub async fn run(self, session: &Session) -> Outcome {
        let config = session.config(self.flags())?;
        observe::logs(&config.log)?;
        // Who may call is checked before anything is opened, so that a wrong setting changes nothing on disk.
        crate::auth::Gate::new(&config)?;
        let services = server::open(&config).await?;
        let server = Server::bind(&config, services.clone()).await?;
        if config.demo
            && let Some(events) = server::load_demo(&config, &services).await?
        {
            tracing::info!(events, "the demo estate is loaded");
        }
        let now = server::newest(&services).await?;
        // Whoever reads the ready line may ask at once for the end.
        let stop = told_to_stop()?;
        print(&format!(
            "headwater ready at http://{} in {:.2} s ({}, revision {})\n",
            server.address(),
            session.started.elapsed().as_secs_f64(),
            whereabouts(&config)?,
            now.revision
        ))?;
        drop(services);
        server.run(stop).await?;
        tracing::info!("stopped");
        Ok(Exit::Done)
    }
}

/// Where the graph is.
fn whereabouts(config: &Config) -> Result<String, Failure> {
    let data = config.data.display();
    Ok(match config.address()? {
        None => format!("data in {data}"),
        Some(address) => format!("graph in {address}, search index in {data}"),
    })
}

/// Done when the process is asked to end: Ctrl-C, or SIGTERM.
#[cfg(unix)]
fn told_to_stop() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => tracing::info!("interrupted: finishing what was begun"),
            _ = terminate.recv() => tracing::info!("asked to end: finishing what was begun"),
        }
    })
}

#[cfg(not(unix))]
fn told_to_stop() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
