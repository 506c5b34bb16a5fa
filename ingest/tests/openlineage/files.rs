//! Batches and files of events.

use expect_test::expect;
use ingest::openlineage;

#[test]
fn batches() {
    let batch = |bytes: &str| match openlineage::batch(bytes.as_bytes()) {
        Ok(events) => events.into_iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(" | "),
        Err(rejection) => format!("{:?} {rejection}", rejection.kind),
    };
    assert_eq!(batch(r#" [{"a": 1.50}, 7, [ ]]"#), r#"{"a": 1.50} | 7 | [ ]"#);
    assert_eq!(batch(r#"{"x":1,"events":[{}, "é"]}"#), r#"{} | "é""#);
    assert_eq!(batch("[]"), "");
    expect!["BadRequest not a batch: expected a list of events or an object with the list `events`: missing field `events` at line 1 column 2"].assert_eq(&batch("{}"));
    expect!["BadRequest not a batch: expected a list of events or an object with the list `events`: EOF while parsing a list at line 1 column 2"].assert_eq(&batch("[1"));
    expect!["BadRequest not a batch: expected a list of events or an object with the list `events`: invalid type: integer `7`, expected a sequence at line 1 column 1"].assert_eq(&batch("7"));
    let deep = format!("[{}{}]", "[".repeat(1000), "]".repeat(1000));
    assert_eq!(batch(&deep), deep[1..deep.len() - 1]);
}

#[test]
fn files() {
    let split = |text: &str| {
        let documents = openlineage::lines(text.as_bytes(), 12).map(|document| {
            let document = document.unwrap();
            match document.text {
                Ok(text) => format!("{}: {}", document.line, String::from_utf8(text).unwrap()),
                Err(unreadable) => format!("{}: {unreadable}", document.line),
            }
        });
        documents.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(split(""), "");
    assert_eq!(split("{\"a\":1}\r\n\n  {\"b\":2}"), "1: {\"a\":1}\r\n3: {\"b\":2}");
    assert_eq!(split("\u{feff}{}\n{\"cut\":\n{}\n"), "1: {}\n2: {\"cut\":\n3: {}");
    assert_eq!(split("{}\n{\"far too long\":1}\n{}"), "1: {}\n2: expected at most 12 bytes, found more\n3: {}");
    assert_eq!(split("[{\"a\":[1,2]} ,\n{\"]\":2}, 7,\n\"x\"]\n"), "1: {\"a\":[1,2]}\n2: {\"]\":2}\n2: 7\n3: \"x\"");
    assert_eq!(split("[{\"far too long\":1}, {}]"), "1: expected at most 12 bytes, found more\n1: {}");
    assert_eq!(split("{\n \"a\":\n 1}\n{\n}"), "1: {\n \"a\":\n 1}\n4: {\n}");
    assert_eq!(split("nonsense\n{}"), "1: nonsense\n2: {}");
}
