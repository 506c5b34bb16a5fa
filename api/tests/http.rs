//! The server over real connections: every status it answers, and why.

#![expect(clippy::unwrap_used, reason = "a test fails where it finds something wrong")]

mod support;

use std::io::Write;

use api::config::{ByteSize, Period, Secret};
use flate2::Compression;
use flate2::write::GzEncoder;
use support::{Running, chunked, event, start, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const EVENT: &str = "POST /api/v1/lineage HTTP/1.1\r\nContent-Type: application/json";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[track_caller]
fn check(answer: &support::Answer, expected: &str) {
    assert_eq!(answer.shown(), expected);
}

async fn revision(server: &Running) -> u32 {
    server.services.store.revision(graph::AsOf::Latest).await.unwrap().revision.0
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_created_on_every_path() {
    let server = start(|_| ()).await;
    let paths = [
        "/api/v1/lineage",
        "/api/v1/lineage/",
        "/api/v1/lineage?tenant=blue&api_key=x",
        "/openapi/openlineage/api/v1/lineage",
        "/openapi/openlineage/api/v1/lineage/",
        "/api/v1/openlineage/lineage",
        "/api/v1/openlineage/lineage/?a=b",
    ];
    for (at, path) in paths.into_iter().enumerate() {
        let answer = server.post(path, &event(&format!("run-{at}"))).await;
        assert_eq!((answer.shown().as_str(), answer.header("content-length")), ("201", Some("0")), "{path}");
        assert_eq!(answer.header("x-headwater-revision").unwrap(), revision(&server).await.to_string());
        assert!(answer.header("x-request-id").is_some());
    }
    let before = revision(&server).await;
    check(&server.post("/api/v1/lineage", &event("run-0")).await, "201");
    assert_eq!(revision(&server).await, before, "the same event again is no new revision");
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_are_judged_event_by_event() {
    let server = start(|_| ()).await;
    let path = "/api/v1/lineage/batch";
    check(&server.post(path, &format!("[{},{}]", event("1"), event("2"))).await, "204");
    check(&server.post(path, &format!(r#"{{"events":[{}]}}"#, event("3"))).await, "204");
    check(&server.post("/api/v1/openlineage/lineage/batch/", &format!("[{}]", event("4"))).await, "204");
    check(&server.post(path, "[]").await, "204");
    let answer = server.post(path, &format!(r#"[{},{{"eventTime":1}},{}]"#, event("5"), event("6"))).await;
    expect_test::expect![[r#"200 {"status":"partial_success","summary":{"received":3,"successful":2,"failed":1,"retriable":0,"non_retriable":1},"failed_events":[{"index":1,"reason":"`$`: expected `run` and `job`, or `job`, or `dataset`, found none of them","retriable":false}]}"#]].assert_eq(&answer.shown());
    let single = server.post(path, &event("7")).await;
    expect_test::expect![[r#"400 {"code":"not-a-batch","message":"not a batch: expected a list of events or an object with the list `events`: missing field `events` at line 1 column 323","path":null}"#]].assert_eq(&single.shown());
    let array = server.post("/api/v1/lineage", &format!("[{}]", event("8"))).await;
    expect_test::expect![[r#"400 {"code":"not-an-object","message":"expected an event, which is a JSON object, found a list; a list of events is sent to `/api/v1/lineage/batch`","path":null}"#]].assert_eq(&array.shown());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_event_is_told_why_and_kept() {
    let server = start(|_| ()).await;
    for (body, expected) in [
        (
            "{",
            expect_test::expect![[
                r#"400 {"code":"not-json","message":"not JSON: expected a key in quotes, found the end at line 1 column 2","path":null}"#
            ]],
        ),
        (
            "\"text\"",
            expect_test::expect![[
                r#"400 {"code":"not-an-object","message":"expected an event, which is a JSON object, found the string `text`","path":null}"#
            ]],
        ),
        (
            r#"{"eventType":"START"}"#,
            expect_test::expect![[
                r#"422 {"code":"no-subject","message":"expected `run` and `job`, or `job`, or `dataset`, found none of them","path":"$"}"#
            ]],
        ),
        (
            r#"{"eventTime":"2026-01-31T12:00:00Z","run":{"runId":"1"},"job":{"namespace":null,"name":"j"}}"#,
            expect_test::expect![[
                r#"422 {"code":"wrong-type","message":"expected a string, found null","path":"$.job.namespace"}"#
            ]],
        ),
    ] {
        expected.assert_eq(&server.post("/api/v1/lineage", body).await.shown());
    }
    let listed: serde_json::Value =
        serde_json::from_slice(&server.get("/api/v1/inputs?faulty=true").await.body).unwrap();
    let kept: Vec<&str> =
        listed["inputs"].as_array().unwrap().iter().map(|input| input["body"].as_str().unwrap()).collect();
    assert_eq!(kept.len(), 4, "{listed:#}");
    assert_eq!(kept[3], "{", "the newest first");
}

#[tokio::test(flavor = "multi_thread")]
async fn inputs_that_were_read_elsewhere_bring_no_secrets() {
    let server = start(|_| ()).await;
    let text = "-- from postgres://etl:hunter2@db/shop\ninsert into t select x from s where token = 'abc123hunter2'";
    let unit = serde_json::json!({
        "path": "load.sql", "text": text, "at": "2026-11-21T10:00:00Z", "dialect": "postgres",
        "namespace": "postgres://db:5432", "job_namespace": "files", "default_catalog": "shop",
        "default_schema": "public", "password": "hunter2",
    });
    let body = serde_json::json!({ "inputs": [{ "kind": "sql", "body": unit.to_string() }] }).to_string();
    assert_eq!(server.post("/api/v1/inputs", &body).await.status, 200);
    let listed = server.get("/api/v1/inputs").await.body;
    let job = r#"{"query":"{ job(namespace: \"files\", name: \"load\") { query { text } facets { value } } }"}"#;
    let told = server.post("/graphql", job).await.body;
    for shown in [listed, told] {
        let shown = String::from_utf8_lossy(&shown).into_owned();
        assert!(shown.contains("insert into t"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gzip_with_and_without_a_length() {
    let server = start(|_| ()).await;
    let packed = gzip(event("1").as_bytes());
    let head = format!("{EVENT}\r\nContent-Encoding: gzip");
    check(&server.ask(&head, &packed).await, "201");
    let head = format!("{head}\r\nTransfer-Encoding: chunked");
    check(&server.ask(&head, &chunked(&gzip(event("2").as_bytes()), 7)).await, "201");
    assert_eq!(revision(&server).await, 2);
    let twice = [gzip(&event("3").as_bytes()[..20]), gzip(&event("3").as_bytes()[20..])].concat();
    check(&server.ask(&head, &chunked(&twice, 50)).await, "201");
    let head = format!("{EVENT}\r\nContent-Encoding: identity");
    check(&server.ask(&head, event("4").as_bytes()).await, "201");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_encodings_are_refused() {
    let server = start(|_| ()).await;
    let gzipped = format!("{EVENT}\r\nContent-Encoding: gzip");
    let packed = gzip(event("1").as_bytes());
    expect_test::expect![[r#"400 {"code":"bad-gzip","message":"the body is not whole gzip as `Content-Encoding` says: invalid gzip header","path":null}"#]].assert_eq(&server.ask(&gzipped, b"not gzip at all").await.shown());
    expect_test::expect![[r#"400 {"code":"bad-gzip","message":"the body is not whole gzip as `Content-Encoding` says: corrupt gzip stream does not have a matching checksum","path":null}"#]].assert_eq(&server.ask(&gzipped, &packed[..packed.len() - 6]).await.shown());
    let head = format!("{EVENT}\r\nContent-Encoding: zstd");
    expect_test::expect![[r#"415 {"code":"unsupported-encoding","message":"`Content-Encoding`: expected `gzip` or `identity`, found `zstd`","path":null}"#]].assert_eq(&server.ask(&head, &packed).await.shown());
    assert_eq!(revision(&server).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_have_a_limit_however_they_come() {
    let server = start(|config| config.limits.body = ByteSize(10_000)).await;
    let large = vec![b' '; 10_001];
    let plain = r#"413 {"code":"too-large","message":"the body is too large: expected at most 10000 B, it has more (`limits.body`)","path":null}"#;
    check(&server.ask(EVENT, &large).await, plain);
    check(&server.ask(&format!("{EVENT}\r\nTransfer-Encoding: chunked"), &chunked(&large, 1000)).await, plain);
    let packed = plain.replace("it has", "it decompresses to");
    check(&server.ask(&format!("{EVENT}\r\nContent-Encoding: gzip"), &gzip(&large)).await, &packed);
    let bomb = gzip(&vec![0; 20 << 20]);
    check(
        &server
            .ask(&format!("{EVENT}\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked"), &chunked(&bomb, 4096))
            .await,
        &packed,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_bodies_together_have_a_limit() {
    let server = start(|config| {
        config.limits.body = ByteSize(6_000);
        config.limits.in_flight = ByteSize(10_000);
    })
    .await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let head = format!("{EVENT}\r\nHost: localhost\r\nContent-Length: 6000\r\n\r\n");
    slow.write_all(head.as_bytes()).await.unwrap();
    slow.write_all(&[b' '; 5_000]).await.unwrap();
    let padded = format!("{}{}", " ".repeat(5_500), event("1"));
    // The first body's bytes are counted when they have arrived, not when they were sent.
    until(|| async { in_flight(&server).await == 5_000 }).await;
    let busy = server.post("/api/v1/lineage", &padded).await;
    check(
        &busy,
        r#"503 {"code":"overloaded","message":"more than 10000 B of bodies are in flight; send again later","path":null}"#,
    );
    assert_eq!(busy.header("retry-after"), Some("1"));
    drop(slow);
    until(|| async { in_flight(&server).await == 0 }).await;
    check(&server.post("/api/v1/lineage", &padded).await, "201");
}

/// Asks again and again, until it is so.
async fn until<F: Future<Output = bool>>(is_so: impl Fn() -> F) {
    within(async { while !is_so().await {} }).await;
}

async fn in_flight(server: &Running) -> u64 {
    let metrics = server.get("/metrics").await.text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("headwater_body_bytes_in_flight "));
    line.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_ends_when_its_asker_leaves() {
    let server = start(|config| config.limits.read_time = "1 h".parse::<Period>().unwrap()).await;
    let question = r#"{"query":"{ search(text: \"x\", minRevision: 1000000) { totalCount } }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{question}",
        question.len()
    );
    let mut asker = TcpStream::connect(server.address).await.unwrap();
    asker.write_all(request.as_bytes()).await.unwrap();
    until(|| async { in_flight(&server).await > 0 }).await;
    drop(asker);
    until(|| async { in_flight(&server).await == 0 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_has_a_deadline() {
    let server = start(|config| config.limits.read_time = "20 ms".parse::<Period>().unwrap()).await;
    let question = r#"{"query":"{ search(text: \"x\", minRevision: 1000000) { totalCount } }"}"#;
    let answer = server.post("/graphql", question).await.shown();
    // The search and the request have the same deadline; either may be the first to say so.
    assert!(answer.contains("INDEX_BEHIND") || answer.contains("DEADLINE_EXCEEDED"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_is_finished_when_it_stops() {
    let server = start(|_| ()).await;
    let (head, body) = (format!("{EVENT}\r\nHost: localhost\r\nConnection: close\r\n"), event("1"));
    let mut begun = TcpStream::connect(server.address).await.unwrap();
    begun.write_all(format!("{head}Content-Length: {}\r\n\r\n", body.len()).as_bytes()).await.unwrap();
    begun.write_all(&body.as_bytes()[..20]).await.unwrap();
    until(|| async { in_flight(&server).await > 0 }).await;
    let address = server.address;
    let stopping = tokio::spawn(server.stop());
    until(|| async { TcpStream::connect(address).await.is_err() }).await;
    begun.write_all(&body.as_bytes()[20..]).await.unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    stopping.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_is_left() {
    let server = start(|config| config.limits.stop_time = "20 ms".parse::<Period>().unwrap()).await;
    let mut begun = TcpStream::connect(server.address).await.unwrap();
    begun.write_all(format!("{EVENT}\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n[").as_bytes()).await.unwrap();
    until(|| async { in_flight(&server).await > 0 }).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_over_a_web_socket() {
    let server = start(|config| config.token = Some(Secret::new("s3cret"))).await;
    let mut socket = server.web_socket("/graphql", "").await;
    socket.send(r#"{"type":"connection_init","payload":{"authorization":"Bearer s3cret"}}"#).await;
    assert_eq!(socket.receive().await, r#"{"type":"connection_ack"}"#);
    socket.send(r#"{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}"#).await;
    assert_eq!(socket.receive().await, r#"{"type":"next","id":"1","payload":{"data":{"__typename":"Query"}}}"#);
    assert_eq!(socket.receive().await, r#"{"type":"complete","id":"1"}"#);
    let mut stranger = server.web_socket("/graphql/ws", "").await;
    stranger.send(r#"{"type":"connection_init","payload":{"authorization":"Bearer guess"}}"#).await;
    expect_test::expect!["closed 1002 `Authorization`: expected a token this server knows, found another"]
        .assert_eq(&stranger.receive().await);
    let foreign = server.upgrade("/graphql", "Origin: http://evil.example\r\n").await.1;
    assert!(foreign.starts_with("HTTP/1.1 403 "), "{foreign}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = start(|config| config.limits.body_time = "50 ms".parse::<Period>().unwrap()).await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let head = format!("{EVENT}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 10\r\n\r\n{{");
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    within(slow.read_to_end(&mut answer)).await.unwrap();
    assert!(String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_others_are_refused() {
    let server = start(|config| config.hosts = vec!["catalog.example".to_owned()]).await;
    let get = |headers: &str| format!("GET /api/v1/digest HTTP/1.1\r\n{headers}");
    let evil = server.ask(&get("Host: evil.example"), b"").await;
    check(
        &evil,
        r#"403 {"code":"forbidden","message":"`Host`: expected `localhost`, `127.0.0.1`, `[::1]`, `catalog.example`, found `evil.example`; other names are set in `hosts`","path":null}"#,
    );
    assert_eq!(server.ask(&get("Host: catalog.example"), b"").await.status, 200);
    let page =
        "`Origin`: expected a page of `localhost:1`, found `http://evil.example`; other origins are set in `origins`";
    let refused = format!(r#"403 {{"code":"forbidden","message":"{page}","path":null}}"#);
    check(&server.ask(&get("Host: localhost:1\r\nOrigin: http://evil.example"), b"").await, &refused);
    let post = "POST /api/v1/lineage HTTP/1.1\r\nHost: localhost:1\r\nOrigin: http://evil.example";
    check(&server.ask(post, event("1").as_bytes()).await, &refused);
    assert_eq!(server.ask(&get("Host: localhost:1\r\nOrigin: http://localhost:1"), b"").await.status, 200);
    let hidden = server.ask(&get("Host: localhost\r\nSec-Fetch-Site: cross-site"), b"").await;
    assert_eq!(hidden.status, 403, "{}", hidden.text());
    assert_eq!(server.ask("GET /healthz HTTP/1.1\r\nHost: 10.0.0.7", b"").await.shown(), "200 ok");
    assert_eq!(revision(&server).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_asked_for_where_there_are_any() {
    let server = start(|config| config.token = Some(Secret::new("s3cret"))).await;
    let shown = |token: &str| format!("{EVENT}\r\nAuthorization: Bearer {token}");
    check(
        &server.ask(EVENT, event("1").as_bytes()).await,
        r#"401 {"code":"unauthenticated","message":"`Authorization`: expected `Bearer` and a token, found none","path":null}"#,
    );
    check(
        &server.ask(&shown("guess"), event("1").as_bytes()).await,
        r#"401 {"code":"unauthenticated","message":"`Authorization`: expected a token this server knows, found another","path":null}"#,
    );
    check(&server.ask(&shown("s3cret"), event("1").as_bytes()).await, "201");
    for path in ["/metrics", "/api/v1/digest", "/api/v1/inputs", "/graphql?query=%7B__typename%7D"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{path}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_only_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "airflow s3cret\nanna looks read\n").unwrap();
    let server = start(|config| config.token_file = Some(file.path().to_owned())).await;
    let shown = |token: &str, line: &str| format!("{line} HTTP/1.1\r\nAuthorization: Bearer {token}");
    let json = "\r\nContent-Type: application/json";
    let inputs = br#"{"inputs":[]}"#;
    for (path, body) in [
        ("/api/v1/lineage", event("1").into_bytes()),
        ("/api/v1/lineage/batch", format!("[{}]", event("1")).into_bytes()),
        ("/api/v1/inputs", inputs.to_vec()),
    ] {
        let line = format!("POST {path}");
        let refused = server.ask(&(shown("looks", &line) + json), &body).await;
        check(&refused, r#"403 {"code":"forbidden","message":"`anna` may read and not write","path":null}"#);
        assert!((200..300).contains(&server.ask(&(shown("s3cret", &line) + json), &body).await.status), "{path}");
    }
    for path in ["/metrics", "/api/v1/digest", "/api/v1/inputs", "/graphql?query=%7B__typename%7D"] {
        assert_eq!(server.ask(&shown("looks", &format!("GET {path}")), b"").await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_answers_browsers_and_nothing_else() {
    let server = start(|_| ()).await;
    for path in ["/", "/datasets/a%2Fb", "/graphql", "/graphql/ide"] {
        let page = server.ask(&format!("GET {path} HTTP/1.1\r\nAccept: text/html,*/*"), b"").await;
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")), "{path}");
        assert!(page.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
        let etag = page.header("etag").unwrap();
        let again = format!("GET {path} HTTP/1.1\r\nAccept: text/html\r\nIf-None-Match: {etag}");
        assert_eq!(server.ask(&again, b"").await.shown(), "304", "{path}");
    }
    check(
        &server.get("/no/such/file.js").await,
        r#"404 {"code":"not-found","message":"there is nothing at `/no/such/file.js`","path":null}"#,
    );
    assert_eq!(server.ask("GET /api/v1/nothing HTTP/1.1\r\nAccept: text/html", b"").await.status, 404);
    assert_eq!(server.post("/datasets", "{}").await.status, 404);
    let wrong = server.get("/api/v1/lineage").await;
    check(&wrong, r#"405 {"code":"method-not-allowed","message":"expected POST","path":null}"#);
    assert_eq!(wrong.header("allow"), Some("POST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_is_asked_in_three_ways() {
    let server = start(|_| ()).await;
    let answer = server.post("/graphql", r#"{"query":"{ __typename }"}"#).await;
    check(&answer, r#"200 {"data":{"__typename":"Query"}}"#);
    assert_eq!(answer.header("x-headwater-revision"), Some("0"));
    check(&server.get("/graphql?query=%7B__typename%7D").await, r#"200 {"data":{"__typename":"Query"}}"#);
    check(
        &server.get("/graphql?query=mutation%7B__typename%7D").await,
        r#"405 {"code":"method-not-allowed","message":"expected a query: GET changes nothing, a mutation is sent with POST","path":null}"#,
    );
    expect_test::expect![[r#"400 {"code":"bad-json","message":"expected a GraphQL request such as `{\"query\": …}`: EOF while parsing an object at line 1 column 1","path":null}"#]].assert_eq(&server.post("/graphql", "{").await.shown());
    let text = server.ask("POST /graphql HTTP/1.1\r\nContent-Type: text/plain", br#"{"query":"{__typename}"}"#).await;
    check(
        &text,
        r#"415 {"code":"unsupported-media-type","message":"`Content-Type`: expected `application/json`, found `text/plain`","path":null}"#,
    );
    expect_test::expect![[r#"200 {"data":null,"errors":[{"message":"Unknown field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"BAD_QUERY"}}]}"#]].assert_eq(&server.post("/graphql", r#"{"query":"{ nothing }"}"#).await.shown());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_how_it_is() {
    let server = start(|_| ()).await;
    check(&server.post("/api/v1/lineage", &event("1")).await, "201");
    let ready: serde_json::Value = serde_json::from_slice(&server.get("/readyz").await.body).unwrap();
    assert_eq!((&ready["status"], &ready["revision"]), (&"ready".into(), &1.into()));
    let metrics = server.get("/metrics").await.text();
    for line in [
        r#"headwater_events_total{kind="openlineage",outcome="new"}"#,
        "headwater_commit_seconds_bucket",
        "headwater_revision 1",
        "headwater_index_lag_revisions",
        "headwater_body_bytes_in_flight 0",
        r#"headwater_http_requests_total{route="/api/v1/lineage",method="POST",status="201"}"#,
        r#"headwater_http_request_seconds_bucket{route="/api/v1/lineage""#,
    ] {
        assert!(metrics.contains(line), "{line} in\n{metrics}");
    }
    let named = server.ask("GET /healthz HTTP/1.1\r\nX-Request-Id: my-id_1", b"").await;
    assert_eq!(named.header("x-request-id"), Some("my-id_1"));
    let odd = server.ask("GET /healthz HTTP/1.1\r\nX-Request-Id: a b", b"").await;
    assert_ne!(odd.header("x-request-id"), Some("a b"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_when_told_to() {
    let server = start(|_| ()).await;
    let address = server.address;
    check(&server.post("/api/v1/lineage", &event("1")).await, "201");
    server.stop().await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

const DROP: &str = r#"{"changes":[{"op":"drop_dataset","dataset":{"namespace":"db","name":"a"}}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_answered_in_every_format() {
    let server = start(|_| ()).await;
    check(&server.post("/api/v1/lineage", &event("run-1")).await, "201");
    for (format, media_type) in [
        ("", "application/json"),
        ("?format=text", "text/plain; charset=utf-8"),
        ("?format=markdown", "text/markdown; charset=utf-8"),
        ("?format=sarif", "application/sarif+json"),
        ("?format=junit&fail_on=may_break,breaks", "application/xml"),
        ("?format=csv&revision=1", "text/csv; charset=utf-8"),
    ] {
        let answer = server.post(&format!("/api/v1/impact/schema{format}"), DROP).await;
        let shown = (answer.status, answer.header("content-type"), answer.header("x-headwater-revision"));
        assert_eq!(shown, (200, Some(media_type), Some("1")), "{}", answer.shown());
        assert!(answer.text().contains("breaks"), "{format}: {}", answer.text());
    }
    let yaml = "changes: [{op: drop_dataset, dataset: {name: a}}]";
    assert_eq!(server.post("/api/v1/impact/schema", yaml).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_that_is_none_is_told_why() {
    let server = start(|_| ()).await;
    check(&server.post("/api/v1/lineage", &event("run-1")).await, "201");
    for (path, body, expected) in [
        (
            "schema?format=xml",
            DROP,
            r#"422 {"code":"invalid-argument","message":"`format`: expected one of text, json, markdown, sarif, junit, csv, found `xml`","path":null}"#,
        ),
        (
            "schema?fail_on=all",
            DROP,
            r#"422 {"code":"invalid-argument","message":"`fail_on`: expected one of breaks, schema_changes, value_changes, rows_change, may_break, never, found `all`","path":null}"#,
        ),
        (
            "schema?revision=9",
            DROP,
            r#"422 {"code":"future-revision","message":"revision 9 is not committed yet; the newest is 1","path":null}"#,
        ),
        (
            "schema",
            "{}",
            r#"422 {"code":"invalid-argument","message":"changes: expected at least one change, found none","path":"changes","problems":[{"candidates":[],"message":"expected at least one change, found none","place":"changes"}]}"#,
        ),
        (
            "proposal",
            r#"{"ddl":{"text":"select 1","dialect":"postgres"}}"#,
            r#"422 {"code":"invalid-argument","message":"text: expected statements that make, change or drop tables, found none","path":"text","problems":[{"candidates":[],"message":"expected statements that make, change or drop tables, found none","place":"text"}]}"#,
        ),
        (
            "proposal",
            "[]",
            r#"400 {"code":"bad-json","message":"expected `{\"ddl\": {\"text\": \"…\"}}`, `dbt` or `files`: expected value at line 1 column 1","path":null}"#,
        ),
    ] {
        check(&server.post(&format!("/api/v1/impact/{path}"), body).await, expected);
    }
    let many = server.post("/api/v1/impact/schema?frobnicate=1", DROP).await;
    assert_eq!(many.status, 400, "{}", many.shown());
    assert_eq!(server.get("/api/v1/impact/schema").await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_passes_the_gate() {
    let server = start(|config| config.token = Some(Secret::new("s3cret"))).await;
    for path in ["/api/v1/impact/schema", "/api/v1/impact/proposal"] {
        assert_eq!(server.post(path, DROP).await.status, 401, "{path}");
    }
    let schema = server.get("/api/v1/schema/change.json").await;
    assert_eq!((schema.status, schema.header("content-type")), (200, Some("application/schema+json")));
}
