//! Bodies: plain or gzip, read under limits on the bytes that arrive, the bytes they become, and the bytes of all
//! requests together.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http_body_util::BodyExt;

use super::budget::{Budget, Lease};
use crate::config::ByteSize;
use crate::error::{ClientError, Code};

/// Limits of one body.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// Bytes, both as they arrive and decompressed.
    pub size: ByteSize,
    /// How long it may take to arrive.
    pub time: Duration,
    /// The setting that holds `size`.
    pub setting: &'static str,
}

/// A whole body, counted for as long as it is held.
#[derive(Debug)]
pub struct Received {
    pub bytes: Vec<u8>,
    _lease: Lease,
}

impl AsRef<[u8]> for Received {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// How long the rest of a body that is not wanted is read, so that its sender hears why.
const DRAIN_TIME: Duration = Duration::from_secs(5);
/// Compressed bytes decoded between two chances for other requests.
const PIECE: usize = 8 << 10;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encoding {
    Identity,
    Gzip,
}

/// Reads a body to its end.
pub async fn receive(
    headers: &HeaderMap,
    mut body: Body,
    limits: BodyLimits,
    budget: &Budget,
) -> Result<Received, ClientError> {
    let encoding = encoding(headers)?;
    let reading = async {
        check_length(headers, limits)?;
        let mut lease = budget.lease();
        let bytes = match encoding {
            Encoding::Identity => plain(&mut body, limits, &mut lease).await,
            Encoding::Gzip => gzip(&mut body, limits, &mut lease).await,
        }?;
        Ok(Received { bytes, _lease: lease })
    };
    let result = tokio::time::timeout(limits.time, reading).await.unwrap_or_else(|_| Err(too_slow(limits.time)));
    if matches!(&result, Err(error) if matches!(error.code, Code::TooLarge | Code::Overloaded)) {
        drain(body).await;
    }
    result
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, ClientError> {
    let Some(value) = headers.get(CONTENT_ENCODING) else { return Ok(Encoding::Identity) };
    match value.to_str().map(|text| text.trim().to_ascii_lowercase()).as_deref() {
        Ok("" | "identity") => Ok(Encoding::Identity),
        Ok("gzip" | "x-gzip") => Ok(Encoding::Gzip),
        other => {
            let found = other.unwrap_or("something that is no text");
            let text = format!("`Content-Encoding`: expected `gzip` or `identity`, found `{found}`");
            Err(ClientError::new(Code::UnsupportedEncoding, text))
        }
    }
}

fn check_length(headers: &HeaderMap, limits: BodyLimits) -> Result<(), ClientError> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limits.size.0) { Err(too_large(limits, "it has")) } else { Ok(()) }
}

async fn plain(body: &mut Body, limits: BodyLimits, lease: &mut Lease) -> Result<Vec<u8>, ClientError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = next(body).await? {
        if bytes.len() + chunk.len() > limits.size.bytes() {
            return Err(too_large(limits, "it has"));
        }
        lease.grow(chunk.len()).map_err(|_| full(lease))?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn gzip(body: &mut Body, limits: BodyLimits, lease: &mut Lease) -> Result<Vec<u8>, ClientError> {
    let mut decoder = MultiGzDecoder::new(Sink { bytes: Vec::new(), limits, lease, refusal: None });
    let mut arrived = 0;
    while let Some(chunk) = next(body).await? {
        arrived += chunk.len();
        if arrived > limits.size.bytes() {
            return Err(too_large(limits, "it has"));
        }
        let lease = &mut decoder.get_mut().lease;
        lease.grow(chunk.len()).map_err(|_| full(lease))?;
        for piece in chunk.chunks(PIECE) {
            if let Err(error) = decoder.write_all(piece) {
                return Err(decoder.get_mut().refusal.take().unwrap_or_else(|| bad_gzip(&error)));
            }
            tokio::task::consume_budget().await;
        }
        decoder.get_mut().lease.shrink(chunk.len());
    }
    if let Err(error) = decoder.try_finish() {
        return Err(decoder.get_mut().refusal.take().unwrap_or_else(|| bad_gzip(&error)));
    }
    if arrived == 0 {
        return Err(bad_gzip(&io::Error::other("it is empty")));
    }
    Ok(std::mem::take(&mut decoder.get_mut().bytes))
}

/// Where decoded bytes go: counts them, and refuses those that are too many.
struct Sink<'a> {
    bytes: Vec<u8>,
    limits: BodyLimits,
    lease: &'a mut Lease,
    refusal: Option<ClientError>,
}

impl Write for Sink<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > self.limits.size.bytes() {
            self.refusal = Some(too_large(self.limits, "it decompresses to"));
        } else if self.lease.grow(piece.len()).is_err() {
            self.refusal = Some(full(self.lease));
        }
        if self.refusal.is_some() {
            return Err(io::Error::other("refused"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn next(body: &mut Body) -> Result<Option<Bytes>, ClientError> {
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| ClientError::new(Code::BadRequest, format!("the body ended early: {error}")))?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// A sender that is still sending would not read an answer; the rest is read and thrown away, for a while.
async fn drain(mut body: Body) {
    let rest = async { while let Ok(Some(_)) = next(&mut body).await {} };
    // When the time is over the connection is closed, which is an answer too.
    let _ = tokio::time::timeout(DRAIN_TIME, rest).await;
}

fn too_large(limits: BodyLimits, has: &str) -> ClientError {
    let BodyLimits { size, setting, .. } = limits;
    ClientError::new(
        Code::TooLarge,
        format!("the body is too large: expected at most {size}, {has} more (`{setting}`)"),
    )
}

fn full(lease: &Lease) -> ClientError {
    let limit = ByteSize(lease.limit() as u64);
    ClientError::new(Code::Overloaded, format!("more than {limit} of bodies are in flight; send again later"))
}

fn bad_gzip(error: &io::Error) -> ClientError {
    ClientError::new(Code::BadGzip, format!("the body is not whole gzip as `Content-Encoding` says: {error}"))
}

fn too_slow(time: Duration) -> ClientError {
    let text = format!("the body did not arrive within {} s", time.as_secs_f64());
    ClientError::new(Code::BodyTimeout, text)
}
