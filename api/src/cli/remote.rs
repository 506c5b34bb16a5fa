//! A running server, reached over HTTP.

use std::time::Duration;

use impact::schema::Problem;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Failure;
use crate::check::ToldProblem;
use crate::config::Secret;

/// How often a server that is busy is asked again, and how long between.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(250);
/// A batch may have to be read, committed and answered.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Remote {
    client: Client,
    base: String,
    token: Option<Secret>,
}

/// An answer of `/lineage/batch` that is not plain success.
#[derive(Deserialize, Default)]
pub struct Report {
    pub failed_events: Vec<FailedEvent>,
}

#[derive(Deserialize)]
pub struct FailedEvent {
    pub index: usize,
    pub reason: String,
    pub retriable: bool,
}

impl Remote {
    /// Checks the address, and asks nothing yet.
    pub fn new(url: &str, token: Option<Secret>) -> Result<Remote, Failure> {
        if !url.starts_with("http://") {
            let hint = "this program speaks plain HTTP only; for a server behind TLS use its inner address";
            return Err(Failure::Usage(format!("`--url`: expected `http://host:port`, found `{url}`; {hint}")));
        }
        let client = Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(Failure::failed)?;
        Ok(Remote { client, base: url.trim_end_matches('/').to_owned(), token })
    }

    /// Sends events as one batch; gives those that were not taken, by their place in the batch.
    pub async fn events(&self, batch: Vec<u8>) -> Result<Vec<FailedEvent>, Failure> {
        let response = self.send(Method::POST, "/api/v1/lineage/batch", Some(batch)).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(Vec::new());
        }
        let report: Report = response.json().await.map_err(|error| self.unreadable(&error))?;
        Ok(report.failed_events)
    }

    /// Sends one event; gives the reason when it was refused for good.
    pub async fn event(&self, event: Vec<u8>) -> Result<Option<String>, Failure> {
        let response = self.answer(Method::POST, "/api/v1/lineage", Some(event)).await?;
        match response.status() {
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => {
                let body: Value = response.json().await.map_err(|error| self.unreadable(&error))?;
                Ok(Some(body["message"].as_str().unwrap_or("no reason given").to_owned()))
            }
            status if status.is_success() => Ok(None),
            status => Err(self.refused(status, response).await),
        }
    }

    /// What the server answers to a proposal, or to what one is made from; or what it finds wrong with it.
    pub async fn impact<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Result<T, Vec<Problem>>, Failure> {
        let response = self.answer(Method::POST, path, Some(body)).await?;
        match response.status() {
            StatusCode::UNPROCESSABLE_ENTITY => {
                let body: Value = response.json().await.map_err(|error| self.unreadable(&error))?;
                let problems: Vec<ToldProblem> = serde_json::from_value(body["problems"].clone()).unwrap_or_default();
                if problems.is_empty() {
                    let message = body["message"].as_str().unwrap_or("no reason given");
                    return Err(Failure::Usage(format!("{} answered 422: {message}", self.base)));
                }
                Ok(Err(problems.into_iter().map(Problem::from).collect()))
            }
            status if status.is_success() => Ok(Ok(response.json().await.map_err(|error| self.unreadable(&error))?)),
            status => Err(self.refused(status, response).await),
        }
    }

    pub async fn post(&self, path: &str, body: Vec<u8>) -> Result<Value, Failure> {
        let response = self.send(Method::POST, path, Some(body)).await?;
        response.json().await.map_err(|error| self.unreadable(&error))
    }

    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        let response = self.send(Method::GET, path, None).await?;
        response.json().await.map_err(|error| self.unreadable(&error))
    }

    /// Sends, and fails unless the answer is a success.
    async fn send(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<Response, Failure> {
        let response = self.answer(method, path, body).await?;
        match response.status() {
            status if status.is_success() => Ok(response),
            status => Err(self.refused(status, response).await),
        }
    }

    /// Sends, and again when the server says that it is busy.
    async fn answer(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<Response, Failure> {
        let mut tries = 0;
        loop {
            let request = self.request(method.clone(), path, body.clone());
            let response = request.send().await.map_err(|error| self.unreachable(&error))?;
            tries += 1;
            if response.status() != StatusCode::SERVICE_UNAVAILABLE || tries >= TRIES {
                return Ok(response);
            }
            tokio::time::sleep(PAUSE * tries).await;
        }
    }

    fn request(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.reveal());
        }
        match body {
            Some(body) => request.header(reqwest::header::CONTENT_TYPE, "application/json").body(body),
            None => request,
        }
    }

    async fn refused(&self, status: StatusCode, response: Response) -> Failure {
        let body: Value = response.json().await.unwrap_or_default();
        let message = body["message"].as_str().unwrap_or("no reason given");
        let hint = match status {
            StatusCode::UNAUTHORIZED => "; a token is read from HEADWATER_TOKEN",
            StatusCode::NOT_FOUND => "; is it a headwater server?",
            _ => "",
        };
        Failure::Failed(format!("{} answered {}: {message}{hint}", self.base, status.as_u16()))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            text = inner.to_string();
            cause = inner.source();
        }
        Failure::Failed(format!("{} cannot be reached: {text}", self.base))
    }

    fn unreadable(&self, error: &reqwest::Error) -> Failure {
        Failure::Failed(format!("{} answered what is no JSON: {error}; is it a headwater server?", self.base))
    }
}
