//! GraphQL over the graph: the schema in `web/schema.graphql` is what `sdl` prints.
//!
//! A request fixes one revision and reads everything at it. Resolvers know nothing of HTTP; who asks comes with the
//! request as a `Principal`.

mod column;
mod columns;
pub(crate) mod common;
mod dataset;
mod described;
mod details;
pub(crate) mod diff;
pub mod enums;
mod error;
mod estate;
mod evidence;
mod execute;
mod faults;
pub mod ids;
mod impact;
mod job;
mod limits;
mod lineage;
mod loader;
mod log;
mod measures;
mod mutation;
mod node;
mod page;
mod parse_sql;
pub mod parsed;
mod paths;
mod personal;
mod personal_erasure;
mod personal_trace;
mod query;
pub(crate) mod reasons;
mod record;
mod run;
mod scalars;
mod schema_impact;
mod scope;
mod search;
mod subscription;
mod versions;
mod walking;

use std::sync::Arc;

use async_graphql::{Schema, SchemaBuilder};

pub use error::ApiError;
pub use execute::HeadwaterSchema;

use crate::services::Services;
use mutation::Mutation;
use query::Query;
use subscription::Subscription;

/// The schema over the services of one store.
pub fn schema(services: Arc<Services>) -> HeadwaterSchema {
    HeadwaterSchema::new(builder().finish(), services)
}

/// The schema as text.
pub fn sdl() -> String {
    let options =
        async_graphql::SDLExportOptions::new().use_space_ident().indent_width(2).prefer_single_line_descriptions();
    let printed = builder().finish().sdl_with_options(options);
    format!("{}\n", printed.trim_end())
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation, Subscription)
}
