//! `headwater diff`: what differs between two times.

mod ask;
mod render;

use clap::{Args, ValueEnum};
use graph::{AsOf, NodeName, QualifiedName, Revision, Time};

use self::ask::{Asked, Pages};
use super::outcome::{print, print_json};
use super::target::Target;
use super::{Exit, Failure, Outcome, Place, Session};
use crate::graphql::diff::answer;
use crate::graphql::ids;

/// Say what differs between two times: nodes, columns, owners, tags, lineage
#[derive(Args, Debug)]
#[command(after_help = "\
A time is a revision, or a moment such as 2026-01-31T12:00:00Z, which is the last revision committed by then.
Exit codes: 0 nothing differs, 1 something does, 2 wrong use, 3 failed.

Example:
  headwater diff --from 120 --to now
  headwater diff --from 2026-01-31T00:00:00Z --dataset postgres://db:5432 shop.public.orders --format markdown
  headwater diff --from 120 --id job:airflow:shop.load --lineage upstream --url http://127.0.0.1:8080")]
pub struct Diff {
    /// The first time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: AsOf,
    /// The second time
    #[arg(long, value_name = "TIME", value_parser = moment_or_now, default_value = "now")]
    to: AsOf,
    /// Of one dataset with its columns [default: of everything]
    #[arg(long, num_args = 2, value_names = ["NAMESPACE", "NAME"], conflicts_with = "id")]
    dataset: Option<Vec<String>>,
    /// Of a dataset, a column or a job by its id, such as job:airflow:shop.load
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Of the lineage around it
    #[arg(long, value_enum, value_name = "WAY")]
    lineage: Option<Way>,
    /// Hops of lineage at the most
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    depth: u16,
    /// Changes at the most; of more it is said where to go on
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Those behind an earlier answer
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    #[command(flatten)]
    place: Place,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Way {
    Upstream,
    Downstream,
    Both,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// What GraphQL's `diff` answers
    Json,
    /// A comment for a pull request
    Markdown,
}

impl Diff {
    pub async fn run(self, session: &Session) -> Outcome {
        let focus = self.focus();
        if self.lineage.is_some() && focus.is_none() {
            return Err(Failure::Usage(
                "`--lineage`: expected `--dataset` or `--id` beside it, found neither".to_owned(),
            ));
        }
        let asked = Asked { from: self.from, to: self.to, focus, way: self.lineage, depth: self.depth };
        let target = Target::open(&self.place, session).await?;
        let answer = Pages::new(&target, asked, self.after.clone()).up_to(self.limit).await?;
        self.print(&answer)?;
        let differs = !answer.nodes.is_empty() || !answer.edges.is_empty();
        Ok(if differs { Exit::Findings } else { Exit::Done })
    }

    fn focus(&self) -> Option<String> {
        let named = self.dataset.as_deref().and_then(|words| match words {
            [namespace, name] => Some(ids::node(&NodeName::Dataset(QualifiedName::new(namespace, name)))),
            _ => None,
        });
        named.or_else(|| self.id.clone())
    }

    fn print(&self, answer: &answer::Diff) -> Result<(), Failure> {
        match self.format {
            Format::Json => print_json(&serde_json::to_value(answer).map_err(Failure::failed)?),
            Format::Text => print(&render::text(answer)),
            Format::Markdown => print(&render::markdown(answer)),
        }
    }
}

fn moment_or_now(text: &str) -> Result<AsOf, String> {
    if text == "now" { Ok(AsOf::Latest) } else { moment(text) }
}

fn moment(text: &str) -> Result<AsOf, String> {
    if let Ok(number) = text.parse() {
        return Ok(AsOf::Revision(Revision(number)));
    }
    let moment: Result<Time, _> = text.parse();
    moment.map(AsOf::Time).map_err(|_| "expected a revision, or a moment such as `2026-01-31T12:00:00Z`".to_owned())
}
