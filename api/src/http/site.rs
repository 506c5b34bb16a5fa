//! The page and its files, out of the binary.

use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use web::Asset;

use super::front::text;
use crate::error::{ClientError, Code};

/// Names of built files carry a hash of their content, so a browser need not ask again.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Every path that is nobody else's: a file of the page, or the page itself, which knows its own paths.
pub async fn any(request: Request) -> Response {
    let path = request.uri().path();
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return missing(path);
    }
    match web::asset(path.trim_start_matches('/')) {
        Some(asset) => file(asset, request.headers(), if asset.hashed { FOREVER } else { ASK_AGAIN }),
        None if wants_page(request.headers()) && !path.starts_with("/api/") => page(request.headers()),
        None => missing(path),
    }
}

/// True for a browser that opens an address; false for a program that asks for anything.
pub fn wants_page(headers: &HeaderMap) -> bool {
    text(headers, &header::ACCEPT).is_some_and(|accept| accept.contains("text/html"))
}

/// The page itself.
pub fn page(headers: &HeaderMap) -> Response {
    file(web::index(), headers, ASK_AGAIN)
}

fn file(asset: Asset, headers: &HeaderMap, cached: HeaderValue) -> Response {
    let etag = HeaderValue::from_str(&asset.etag).ok();
    let unchanged = text(headers, &header::IF_NONE_MATCH)
        .is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == asset.etag));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content(asset, headers)
    };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, cached);
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(etag) = etag {
        out.insert(header::ETAG, etag);
    }
    response
}

fn missing(path: &str) -> Response {
    ClientError::new(Code::NotFound, format!("there is nothing at `{path}`")).into_response()
}
