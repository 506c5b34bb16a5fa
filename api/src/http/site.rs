//! The page and its files, out of the binary.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
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
    match web::asset(path) {
        Some(asset) => file(asset, request.headers()),
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
    file(web::index(), headers)
}

fn file(asset: Asset, headers: &HeaderMap) -> Response {
    let cached = if asset.immutable { FOREVER } else { ASK_AGAIN };
    let etag = HeaderValue::from_str(&asset.etag).ok();
    let unchanged = text(headers, &header::IF_NONE_MATCH)
        .is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == asset.etag));
    let mut response = if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { content(asset, headers) };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, cached);
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(etag) = etag {
        out.insert(header::ETAG, etag);
    }
    response
}

fn content(asset: Asset, headers: &HeaderMap) -> Response {
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type))];
    match asset.brotli {
        Some(packed) if accepts_brotli(headers) => {
            (kind, [(header::CONTENT_ENCODING, HeaderValue::from_static("br"))], Body::from(bytes(packed)))
                .into_response()
        }
        Some(_) | None => (kind, Body::from(bytes(asset.bytes))).into_response(),
    }
}

fn bytes(asset: Cow<'static, [u8]>) -> Bytes {
    match asset {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let accepted = text(headers, &header::ACCEPT_ENCODING).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("br") && parts.next() != Some("q=0")
    })
}

fn missing(path: &str) -> Response {
    ClientError::new(Code::NotFound, format!("there is nothing at `{path}`")).into_response()
}
