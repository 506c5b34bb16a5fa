//! Short names in a scenario: nodes by what they are called, and values saved from answers.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use serde_yaml_ng::Value as Yaml;

use crate::server::Server;

pub struct Names<'a> {
    nodes: &'a BTreeMap<String, Yaml>,
    /// Short name to JSON, as it stands in a GraphQL document.
    known: BTreeMap<String, Json>,
}

impl<'a> Names<'a> {
    pub fn new(nodes: &'a BTreeMap<String, Yaml>) -> Names<'a> {
        Names { nodes, known: BTreeMap::new() }
    }

    pub fn save(&mut self, name: &str, value: Json) {
        self.known.insert(name.to_owned(), value);
    }

    /// Replaces every `$name` of a text. The ids of nodes are asked for when they are first needed.
    pub fn fill(&mut self, text: &str, server: &Server) -> Result<String, String> {
        self.learn(text, server)?;
        let mut out = text.to_owned();
        // Longest first, so that `$orders_raw` is not taken for `$orders`.
        let mut names: Vec<_> = self.known.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, value) in names {
            out = out.replace(&format!("${name}"), &value.to_string());
        }
        Ok(out)
    }

    /// Replaces every text that is exactly `$name` in an expected answer.
    pub fn fill_expected(&mut self, expected: &Yaml, server: &Server) -> Result<Yaml, String> {
        Ok(match expected {
            Yaml::String(text) if text.starts_with('$') => {
                self.learn(text, server)?;
                match self.known.get(&text[1..]) {
                    Some(value) => serde_yaml_ng::to_value(value).map_err(|error| error.to_string())?,
                    None => return Err(format!("`{text}` is neither in `ids` nor saved by a step")),
                }
            }
            Yaml::Sequence(items) => {
                Yaml::Sequence(items.iter().map(|item| self.fill_expected(item, server)).collect::<Result<_, _>>()?)
            }
            Yaml::Mapping(fields) => {
                let mut filled = serde_yaml_ng::Mapping::new();
                for (key, value) in fields {
                    filled.insert(key.clone(), self.fill_expected(value, server)?);
                }
                Yaml::Mapping(filled)
            }
            Yaml::Tagged(tagged) => {
                let value = self.fill_expected(&tagged.value, server)?;
                Yaml::Tagged(Box::new(serde_yaml_ng::value::TaggedValue { tag: tagged.tag.clone(), value }))
            }
            Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) => expected.clone(),
        })
    }

    fn learn(&mut self, text: &str, server: &Server) -> Result<(), String> {
        let nodes = self.nodes;
        for (name, what) in nodes {
            if !text.contains(&format!("${name}")) || self.known.contains_key(name) {
                continue;
            }
            let id = look_up(what, server).map_err(|error| format!("${name}: {error}"))?;
            self.known.insert(name.clone(), id);
        }
        Ok(())
    }
}

/// The id of `{dataset: [namespace, name]}`, `{column: [namespace, dataset, path]}` or `{job: [namespace, name]}`.
fn look_up(what: &Yaml, server: &Server) -> Result<Json, String> {
    let shape =
        "expected {dataset: [namespace, name]}, {column: [namespace, dataset, path]} or {job: [namespace, name]}";
    let what = super::json(what)?;
    let (kind, words) = what.as_object().and_then(|fields| fields.iter().next()).ok_or(shape)?;
    let words = words.as_array().map(Vec::as_slice).unwrap_or_default();
    let arguments = match (kind.as_str(), words) {
        ("dataset" | "job", [namespace, name]) => format!("namespace: {namespace}, name: {name}"),
        ("column", [namespace, dataset, path]) => format!("namespace: {namespace}, dataset: {dataset}, path: {path}"),
        _ => return Err(shape.to_owned()),
    };
    let answer = server.graphql(&format!("{{ {kind}({arguments}) {{ id }} }}"));
    match &answer["data"][kind]["id"] {
        Json::Null => Err(format!("there is no {kind}({arguments}): {answer}")),
        id => Ok(id.clone()),
    }
}
