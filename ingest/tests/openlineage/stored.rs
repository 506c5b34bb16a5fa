//! What is stored of an event, and what it is known by.

use expect_test::expect;
use ingest::openlineage;
use serde_json::json;

use crate::{check, facet, read, run_event};

#[test]
fn order_of_keys_space_and_escapes_do_not_matter() {
    let id = |event: &str| read(event).unwrap().input.id;
    let one = r#"{"eventTime":"2026-11-21T10:00:00Z","dataset":{"namespace":"n","name":"é","facets":{"a":{"x":1.0,"y":"/"}}}}"#;
    let other = "{ \"dataset\" : {\"facets\":{\"a\":{\"y\":\"\\/\",\"x\":1.0}},\n\"name\":\"\\u00e9\",\"namespace\":\"n\"},\"eventTime\":\"2026-11-21T10:00:00Z\"}";
    assert_eq!(id(one), id(other));
    assert_ne!(id(one), id(&one.replace("1.0", "1")));
}

#[test]
fn secrets_are_gone_before_the_event_is_hashed() {
    let event = |secret: &str| {
        run_event(json!({
            "run": {"runId": "0193ad2e-0000-7000-8000-000000000001", "facets": {
                "debezium_config": facet(json!({"configs": {"database.password": secret, "database.port": "5432"}})),
                "environmentVariables": facet(json!({"environmentVariables": [{"name": "DB_PASSWORD", "value": secret}]})),
                "errorMessage": facet(json!({"message": format!("cannot connect to postgres://u:{secret}@h/d"), "programmingLanguage": "x"})),
            }},
            "job": {"namespace": "jobs", "name": "load", "facets": {"sql": facet(json!({"query": format!("COPY t FROM 'x' PASSWORD '{secret}'")}))}},
            "inputs": [{"namespace": format!("postgres://u:{secret}@h:5432"), "name": "d.s.t"}],
        }))
    };
    let (one, other) = (read(&event("hunter2")).unwrap(), read(&event("geheim")).unwrap());
    assert_eq!(one.input.id, other.input.id);
    let everything = format!(
        "{:?} {}",
        one,
        String::from_utf8_lossy(&one.input.contents.iter().flat_map(|c| c.bytes.clone()).collect::<Vec<_>>())
    );
    assert!(!everything.contains("hunter2"), "{everything}");
    assert!(!String::from_utf8_lossy(&one.input.body).contains("hunter2"));
    check(
        &event("hunter2"),
        expect![[r#"
        job jobs load
          sql: COPY t FROM 'x' PASSWORD '[redacted]' None
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          debezium_config: …
          environmentVariables: …
          errorMessage: Error(RunError { message: "cannot connect to postgres://u:[redacted]@h/d", language: Some("x"), stack_trace: None })
          reads postgres://u:[redacted]@h:5432 d.s.t
          query COPY t FROM 'x' PASSWORD '[redacted]'
    "#]],
    );
}

#[test]
fn an_event_with_references_of_its_own_comes_back() {
    let sly = json!({"$ref": "00000000000000000000000000000000"});
    let event = run_event(json!({
        "$ref": "x",
        "job": {"namespace": "jobs", "name": "load", "$ref": sly, "facets": {"a": sly, "b": [1], "c": null, "d": "text"}},
        "inputs": [{"namespace": "n", "name": "a", "facets": {"a": sly}, "other": sly}],
    }));
    let input = read(&event).unwrap().input;
    let lookup = |id| input.contents.iter().find(|content| content.id == id).map(|content| content.bytes.clone());
    let whole = openlineage::restore(input.id, &input.body, &lookup).unwrap();
    assert_eq!(whole, ingest::canonical::canonical(event.as_bytes()).unwrap());
    assert_eq!(input.contents.len(), 3, "each content once");
    let missing = openlineage::restore(input.id, &input.body, &|_| None).unwrap_err().to_string();
    assert!(missing.ends_with("it refers to is not stored"), "{missing}");
}

#[test]
fn numbers_come_back_as_they_were_sent() {
    let event =
        run_event(json!({})).replacen('{', r#"{"a":[7.6635076019494707E18,18446744073709551616123,1.10,-0],"#, 1);
    let input = read(&event).unwrap().input;
    assert!(String::from_utf8_lossy(&input.body).contains("[7.6635076019494707E18,18446744073709551616123,1.10,-0]"));
}
