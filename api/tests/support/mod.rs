//! A server in this process on a free port, and a client that writes its requests byte by byte.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::config::Config;
use api::server::{self, ServeError, Server};
use api::services::Services;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub struct Running {
    pub address: SocketAddr,
    pub services: Arc<Services>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), ServeError>>,
    _folder: TempDir,
}

/// Starts a server with these settings on a folder of its own.
pub async fn start(change: impl FnOnce(&mut Config)) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let mut config =
        Config { listen: ([127, 0, 0, 1], 0).into(), data: folder.path().join("data"), ..Config::default() };
    change(&mut config);
    let services = server::open(&config).await.unwrap();
    let server = Server::bind(&config, services.clone()).await.unwrap();
    let address = server.address();
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(server.run(async move {
        let _ = stopped.await;
    }));
    Running { address, services, stop, serving, _folder: folder }
}

/// Waits for something that must come to pass; a test that would wait for ever fails instead.
pub async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("it comes to pass within a minute")
}

impl Running {
    /// Sends one request over a connection of its own; `head` is the request line and headers but for `Host` and
    /// `Connection`.
    pub async fn ask(&self, head: &str, body: &[u8]) -> Answer {
        let mut request = format!("{head}\r\nConnection: close\r\n");
        if !head.contains("\nHost:") {
            request.push_str(&format!("Host: {}\r\n", self.address));
        }
        if !body.is_empty() && !head.contains("Transfer-Encoding") {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        self.exchange(&[request.as_bytes(), body].concat()).await
    }

    /// Writes all of the bytes, then reads the answer to its end.
    pub async fn exchange(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        within(stream.read_to_end(&mut answer)).await.unwrap();
        Answer::read(&answer)
    }

    pub async fn post(&self, path: &str, body: &str) -> Answer {
        self.ask(&format!("POST {path} HTTP/1.1\r\nContent-Type: application/json"), body.as_bytes()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1"), b"").await
    }

    /// Asks for a WebSocket; gives the connection and the head of the answer.
    pub async fn upgrade(&self, path: &str, headers: &str) -> (TcpStream, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}Connection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        (stream, String::from_utf8(head).unwrap())
    }

    pub async fn web_socket(&self, path: &str, headers: &str) -> Socket {
        let (stream, head) = self.upgrade(path, headers).await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        Socket(stream)
    }

    /// Tells it to stop, and waits until it has.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        within(self.serving).await.unwrap().unwrap();
    }
}

/// The client's end of a WebSocket, for short texts.
pub struct Socket(TcpStream);

impl Socket {
    pub async fn send(&mut self, text: &str) {
        // A client masks what it sends; a mask of zeros leaves it as it is.
        let mut frame = vec![0x81];
        match u8::try_from(text.len()).ok().filter(|length| *length < 126) {
            Some(length) => frame.push(0x80 | length),
            None => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&(text.len() as u16).to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        self.0.write_all(&frame).await.unwrap();
    }

    /// The next text; of a close, its code and reason.
    pub async fn receive(&mut self) -> String {
        let opcode = self.0.read_u8().await.unwrap() & 0x0f;
        let length = match self.0.read_u8().await.unwrap() {
            126 => usize::from(self.0.read_u16().await.unwrap()),
            short => usize::from(short),
        };
        let mut text = vec![0; length];
        self.0.read_exact(&mut text).await.unwrap();
        match opcode {
            8 => format!("closed {} {}", u16::from_be_bytes([text[0], text[1]]), String::from_utf8_lossy(&text[2..])),
            _ => String::from_utf8(text).unwrap(),
        }
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Answer {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let body = &bytes[end + 4..];
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        Answer { status, body: if chunked { unchunked(body) } else { body.to_vec() }, headers }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Status and body.
    pub fn shown(&self) -> String {
        format!("{} {}", self.status, self.text()).trim_end().to_owned()
    }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return out;
        }
        out.extend_from_slice(&body[end + 2..end + 2 + length]);
        body = &body[end + 4 + length..];
    }
}

/// The chunks of a body that has no length.
pub fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in body.chunks(size) {
        out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}

/// A small event of a run.
pub fn event(run: &str) -> String {
    format!(r#"{{"eventType":"COMPLETE","eventTime":"2026-01-31T12:00:00Z","run":{{"runId":"{run}"}},"#,)
        + r#""job":{"namespace":"shop","name":"load"},"inputs":[{"namespace":"db","name":"a"}],"outputs":[{"namespace":"db","name":"b"}],"#
        + r#""producer":"https://shop.example/load","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"}"#
}
