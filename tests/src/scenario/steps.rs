//! What each kind of step does.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value as Json;
use serde_yaml_ng::Value as Yaml;

use super::events::written_out;
use super::{Stage, Step, json};
use crate::compare::differences;

impl Step {
    pub(super) fn play(&self, stage: &mut Stage<'_>) -> Result<(), String> {
        match self {
            Step { events: Some(events), .. } => {
                let events = events.iter().enumerate().map(|(minute, event)| written_out(&json(event)?, minute));
                send(stage, events.collect::<Result<_, _>>()?)
            }
            Step { verbatim: Some(events), .. } => send(stage, events.iter().map(json).collect::<Result<_, _>>()?),
            Step { post: Some(path), .. } => self.post(path, stage),
            Step { ask: Some(document), .. } => self.ask(document, stage),
            Step { run: Some(words), .. } => self.run(words, stage),
            _ => Err("a step has one of `events`, `verbatim`, `post`, `ask`, `run`".to_owned()),
        }
    }

    fn post(&self, path: &str, stage: &mut Stage<'_>) -> Result<(), String> {
        let mut body = match (&self.event, &self.body) {
            (Some(event), _) => written_out(&json(event)?, 0)?.to_string().into_bytes(),
            (None, Some(Yaml::String(text))) => text.clone().into_bytes(),
            (None, Some(value)) => json(value)?.to_string().into_bytes(),
            (None, None) => vec![],
        };
        let mut headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if !self.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("content-type", "application/json"));
        }
        if self.gzip {
            body = gzip(&body).map_err(|error| error.to_string())?;
            headers.push(("content-encoding", "gzip"));
        }
        let answer = stage.server.client().send("POST", path, &headers, &body).map_err(|error| error.to_string())?;
        let wanted = self.status.unwrap_or(201);
        if answer.status != wanted {
            return Err(format!("POST {path}: expected status {wanted}, found {}: {}", answer.status, answer.text()));
        }
        self.compare(stage, &answer.json())
    }

    fn ask(&self, document: &str, stage: &mut Stage<'_>) -> Result<(), String> {
        let document = stage.names.fill(document, &stage.server)?;
        let answer = stage.server.graphql(&document);
        match (&self.errors, &answer["errors"]) {
            (None, Json::Null) => {}
            (None, errors) => return Err(format!("{document}\nanswered with errors: {errors:#}")),
            (Some(expected), errors) => report(&document, differences(expected, errors), errors)?,
        }
        for (name, place) in &self.save {
            stage.names.save(name, at(&answer["data"], place)?.clone());
        }
        self.compare(stage, &answer["data"]).map_err(|what| format!("{document}\n{what}"))
    }

    fn run(&self, words: &[String], stage: &mut Stage<'_>) -> Result<(), String> {
        let files = stage.folder.path().join("files").display().to_string();
        let words: Vec<String> =
            words.iter().map(|word| word.replace("$url", &stage.server.base).replace("$files", &files)).collect();
        let output = crate::binary::run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let wanted = self.exit.unwrap_or(0);
        if output.status.code() != Some(wanted) {
            return Err(format!(
                "headwater {}: expected exit code {wanted}, found {}\n{out}{err}",
                words.join(" "),
                output.status
            ));
        }
        let found = serde_json::from_str(&out).unwrap_or_else(|_| Json::String(format!("{out}{err}")));
        self.compare(stage, &found)
    }

    fn compare(&self, stage: &mut Stage<'_>, found: &Json) -> Result<(), String> {
        let Some(expected) = &self.expect else {
            return Ok(());
        };
        let expected = stage.names.fill_expected(expected, &stage.server)?;
        report("", differences(&expected, found), found)
    }
}

fn send(stage: &mut Stage<'_>, events: Vec<Json>) -> Result<(), String> {
    for event in stage.arrival.arrange(events) {
        let answer = stage.server.event(&event);
        if answer.status != 201 {
            return Err(format!("an event was answered {}: {}\n{event}", answer.status, answer.text()));
        }
    }
    Ok(())
}

fn report(document: &str, differences: Vec<String>, found: &Json) -> Result<(), String> {
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!("{document}\n{}\nthe whole answer: {found:#}", differences.join("\n")))
}

/// The value at a place such as `dataset.history.0.revision.number`.
fn at<'a>(answer: &'a Json, place: &str) -> Result<&'a Json, String> {
    place.split('.').try_fold(answer, |value, step| {
        let next = match step.parse::<usize>() {
            Ok(index) => value.get(index),
            Err(_) => value.get(step),
        };
        next.ok_or_else(|| format!("there is no `{place}` in {answer:#}"))
    })
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(vec![], Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}
