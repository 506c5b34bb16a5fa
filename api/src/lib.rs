//! The edge: GraphQL and HTTP over the graph, the server, and the command line. Nothing below knows of any of it.

pub mod auth;
pub mod check;
pub mod cli;
pub mod config;
pub mod error;
pub mod graphql;
pub mod http;
pub mod intake;
pub mod observe;
mod places;
pub mod server;
pub mod services;
