//! A proxy between a store and its server that cuts connections where it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

/// What happens to a message that asks for a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    Not,
    /// It does not reach the server.
    Before,
    /// The server does it, and its answer is lost.
    After,
    /// Neither it nor anything else passes until the proxy is told to go on or the client hangs up.
    Stall,
}

/// The message COMMIT of Bolt, in one chunk.
const COMMIT: [u8; 6] = [0, 2, 0xb0, 0x12, 0, 0];

pub struct Proxy {
    pub port: u16,
    cuts: Arc<Mutex<VecDeque<Cut>>>,
    stalled: watch::Sender<bool>,
}

impl Proxy {
    /// Listens on a free port until the test's runtime ends, and passes on to the server of an address.
    pub async fn before(url: &str) -> Proxy {
        let port = url.rsplit_once(':').and_then(|(_, rest)| rest.split('/').next()?.parse::<u16>().ok());
        let port = port.expect("the address names a port");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = listener.local_addr().expect("an address").port();
        let cuts: Arc<Mutex<VecDeque<Cut>>> = Arc::default();
        let (shared, stalled) = (Arc::clone(&cuts), watch::Sender::new(false));
        let stall = stalled.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
                tokio::spawn(pass(client, server, Arc::clone(&shared), stall.clone()));
            }
        });
        Proxy { port: own, cuts, stalled }
    }

    /// What happens to the next commits, in order; later ones pass.
    pub fn cut(&self, cuts: &[Cut]) {
        *self.cuts.lock().expect("not poisoned") = cuts.iter().copied().collect();
    }

    /// Lets everything pass again.
    pub fn go_on(&self) {
        self.stalled.send_replace(false);
    }

    /// Cuts that no commit has come to yet.
    pub fn left(&self) -> usize {
        self.cuts.lock().expect("not poisoned").len()
    }
}

async fn pass(client: TcpStream, server: TcpStream, cuts: Arc<Mutex<VecDeque<Cut>>>, stalled: watch::Sender<bool>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Once this is told, answers of the server go nowhere, and the first of them ends the connection.
    let deaf = Arc::new(Notify::new());
    tokio::select! {
        () = forward(from_client, to_server, (cuts, stalled), Arc::clone(&deaf)) => {}
        () = back(from_server, to_client, deaf) => {}
    }
}

async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    (cuts, stalled): (Arc<Mutex<VecDeque<Cut>>>, watch::Sender<bool>),
    deaf: Arc<Notify>,
) {
    let mut bytes = vec![0; 64 << 10];
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else { return };
        let commits = bytes[..count].windows(COMMIT.len()).any(|window| window == COMMIT);
        let cut = if commits { cuts.lock().expect("not poisoned").pop_front() } else { None };
        match cut.unwrap_or(Cut::Not) {
            Cut::Before => return,
            Cut::After => deaf.notify_one(),
            Cut::Stall => drop(stalled.send_replace(true)),
            Cut::Not => {}
        }
        let (mut stall, mut end) = (stalled.subscribe(), [0]);
        tokio::select! {
            biased;
            _ = stall.wait_for(|stalled| !stalled) => {}
            // Nothing is sent while an answer is awaited, so that this is the end of the connection.
            _ = from.peek(&mut end) => return,
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, deaf: Arc<Notify>) {
    let mut bytes = vec![0; 64 << 10];
    loop {
        tokio::select! {
            biased;
            () = deaf.notified() => {
                let _ = from.read(&mut bytes).await;
                return;
            }
            read = from.read(&mut bytes) => {
                let Ok(count @ 1..) = read else { return };
                if to.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}
