//! Errors as HTTP answers: `{code, message, path}`.

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::{ClientError, Code, Error, InternalError};

/// Seconds after which a sender should try again.
pub const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Error::Client(error) => error.into_response(),
            Error::Internal(error) => error.into_response(),
        }
    }
}

impl IntoResponse for ClientError {
    fn into_response(self) -> Response {
        tracing::debug!(code = self.code_text(), path = self.path, "{}", self.message);
        let body = json!({ "code": self.code_text(), "message": self.message, "path": self.path });
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(body)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for InternalError {
    fn into_response(self) -> Response {
        let body = json!({ "code": Code::Internal.text(), "message": self.withheld(), "path": null });
        (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(body)).into_response()
    }
}
