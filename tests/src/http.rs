//! A small HTTP/1.1 client for loopback: keep-alive, lengths and chunks; no TLS, no redirects. It costs so little that
//! the load generator can share two cores with the server it measures.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

pub struct Client {
    host: String,
    socket: Option<BufReader<TcpStream>>,
    timeout: Duration,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Client {
    /// `base` is `http://host:port`.
    pub fn new(base: &str) -> Client {
        let host = base.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Client { host, socket: None, timeout: Duration::from_secs(120) }
    }

    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send("GET", path, &[], &[])
    }

    pub fn post_json(&mut self, path: &str, body: &[u8]) -> io::Result<Answer> {
        self.send("POST", path, &[("content-type", "application/json")], body)
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
        let message = self.message(method, path, headers, body);
        let mut socket = match self.socket.take() {
            Some(socket) => socket,
            None => self.connect()?,
        };
        socket.get_mut().write_all(&message)?;
        let (answer, keep) = read_answer(&mut socket)?;
        if keep {
            self.socket = Some(socket);
        }
        Ok(answer)
    }

    fn connect(&self) -> io::Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect(&self.host)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.timeout))?;
        stream.set_write_timeout(Some(self.timeout))?;
        Ok(BufReader::with_capacity(64 << 10, stream))
    }

    fn message(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head += &format!("Host: {}\r\n", self.host);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if method != "GET" {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        let mut message = (head + "\r\n").into_bytes();
        message.extend_from_slice(body);
        message
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// The answer, and whether the connection can be used again.
fn read_answer(socket: &mut BufReader<TcpStream>) -> io::Result<(Answer, bool)> {
    let status_line = read_line(socket)?;
    let status = status_line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| invalid("no status line"))?;
    let mut headers = vec![];
    loop {
        let line = read_line(socket)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid("a header without a colon"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: vec![] };
    let keep = read_body(socket, &mut answer)?;
    Ok((answer, keep))
}

fn read_body(socket: &mut BufReader<TcpStream>, answer: &mut Answer) -> io::Result<bool> {
    let keep = answer.header("connection").is_none_or(|value| !value.eq_ignore_ascii_case("close"));
    if answer.status == 204 || answer.status == 304 {
        return Ok(keep);
    }
    if answer.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        answer.body = read_chunks(socket)?;
        return Ok(keep);
    }
    match answer.header("content-length").map(str::parse::<usize>) {
        Some(Ok(length)) => {
            answer.body = vec![0; length];
            socket.read_exact(&mut answer.body)?;
            Ok(keep)
        }
        Some(Err(_)) => Err(invalid("a content length that is no number")),
        None => {
            socket.read_to_end(&mut answer.body)?;
            Ok(false)
        }
    }
}

fn read_chunks(socket: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = vec![];
    loop {
        let line = read_line(socket)?;
        let length = line.split(';').next().unwrap_or_default().trim();
        let length = u64::from_str_radix(length, 16).map_err(|_| invalid("a chunk without a length"))?;
        socket.by_ref().take(length).read_to_end(&mut body)?;
        read_line(socket)?;
        if length == 0 {
            return Ok(body);
        }
    }
}

fn read_line(socket: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if socket.read_line(&mut line)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
    }
    line.truncate(line.trim_end().len());
    Ok(line)
}
