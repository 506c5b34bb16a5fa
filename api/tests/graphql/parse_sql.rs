//! Lineage of a text that is only looked at.

use expect_test::expect;

use super::support::{at, shop, world};

#[tokio::test]
async fn statements_edges_and_what_was_not_understood() {
    let world = world(&[]).await;
    let told = world
        .text(
            r#"{ parseSql(
                sql: "insert into s.r (t) select sum(ü.x) from o as ü where ü.d; select y from o order by z"
                dialect: "postgres"
                schema: [{name: "o", columns: [{name: "x", type: "int"}, {name: "d"}]}]
            ) {
                dialect complete
                statements {
                    kind span { start end line column } reads { name alias } writes { name location temporary }
                    outputs { name type }
                    edges { source { table column } target { table column } kind masking ambiguous expression span { start end } }
                    influences { target source { column } kind }
                }
                net { writes { name } edges { source { column } kind } }
                diagnostics { code severity span { line column } message }
            } }"#,
        )
        .await;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    expect![[r#"
        {
          "parseSql": {
            "complete": true,
            "diagnostics": [
              {
                "code": "unknown-column",
                "message": "column \"y\" is not in any table in scope, did you mean \"x\"?",
                "severity": "WARNING",
                "span": {
                  "column": 67,
                  "line": 1
                }
              },
              {
                "code": "unknown-column",
                "message": "column \"z\" is not in any table in scope, did you mean \"x\"?",
                "severity": "WARNING",
                "span": {
                  "column": 85,
                  "line": 1
                }
              }
            ],
            "dialect": "postgres",
            "net": {
              "edges": [
                {
                  "kind": "AGGREGATION",
                  "source": {
                    "column": "x"
                  }
                }
              ],
              "writes": [
                {
                  "name": "s.r"
                }
              ]
            },
            "statements": [
              {
                "edges": [
                  {
                    "ambiguous": false,
                    "expression": "sum(ü.x)",
                    "kind": "AGGREGATION",
                    "masking": false,
                    "source": {
                      "column": "x",
                      "table": "o"
                    },
                    "span": {
                      "end": 35,
                      "start": 27
                    },
                    "target": {
                      "column": "t",
                      "table": "s.r"
                    }
                  }
                ],
                "influences": [
                  {
                    "kind": "FILTER",
                    "source": {
                      "column": "d"
                    },
                    "target": "s.r"
                  }
                ],
                "kind": "INSERT",
                "outputs": [],
                "reads": [
                  {
                    "alias": "ü",
                    "name": "o"
                  }
                ],
                "span": {
                  "column": 1,
                  "end": 57,
                  "line": 1,
                  "start": 0
                },
                "writes": [
                  {
                    "location": false,
                    "name": "s.r",
                    "temporary": false
                  }
                ]
              },
              {
                "edges": [],
                "influences": [],
                "kind": "SELECT",
                "outputs": [
                  {
                    "name": "y",
                    "type": null
                  }
                ],
                "reads": [
                  {
                    "alias": null,
                    "name": "o"
                  }
                ],
                "span": {
                  "column": 60,
                  "end": 85,
                  "line": 1,
                  "start": 59
                },
                "writes": []
              }
            ]
          }
        }
    "#]]
    .assert_eq(&format!("{told:#}\n"));
}

#[tokio::test]
async fn tables_are_looked_up_in_a_namespace() {
    let inputs = [at(1).schema("shop.public.orders", &["id", "price"]), at(2).schema("shop.public.daily", &["a", "b"])];
    let world = world(&inputs).await;
    let question = |arguments: &str| {
        format!(
            "{{ parseSql(sql: \"insert into daily select * from orders\", dialect: \"postgres\", \
             defaultCatalog: \"shop\", defaultSchema: \"public\" {arguments}) \
             {{ net {{ edges {{ source {{ table column }} target {{ column }} }} }} diagnostics {{ code }} }} }}"
        )
    };
    expect![[r#"{"parseSql":{"net":{"edges":[{"source":{"table":"shop.public.orders","column":"*"},"target":{"column":"*"}}]},"diagnostics":[{"code":"star-not-expanded"}]}}"#]].assert_eq(&world.text(&question("")).await);
    expect![[r#"{"parseSql":{"net":{"edges":[{"source":{"table":"shop.public.orders","column":"id"},"target":{"column":"a"}},{"source":{"table":"shop.public.orders","column":"price"},"target":{"column":"b"}}]},"diagnostics":[]}}"#]].assert_eq(&world.text(&question("namespace: \"postgres://db:5432\"")).await);
    let own = "namespace: \"postgres://db:5432\", schema: [{name: \"orders\", columns: [{name: \"only\"}]}]";
    expect![[r#"{"parseSql":{"net":{"edges":[{"source":{"table":"shop.public.orders","column":"only"},"target":{"column":"a"}}]},"diagnostics":[]}}"#]].assert_eq(&world.text(&question(own)).await);
}

#[tokio::test]
async fn an_answer_that_was_cut_says_so() {
    let world = world(&[]).await;
    let question = |limit: &str| {
        format!(
            "{{ parseSql(sql: \"create table t as select a, b from s\", dialect: \"postgres\" {limit}) \
             {{ complete net {{ reads {{ name }} edges {{ source {{ column }} }} }} statements {{ kind }} }} }}"
        )
    };
    expect![[r#"{"parseSql":{"complete":true,"net":{"reads":[{"name":"s"}],"edges":[{"source":{"column":"a"}},{"source":{"column":"b"}}]},"statements":[{"kind":"CREATE_TABLE_AS"}]}}"#]].assert_eq(&world.text(&question("")).await);
    expect![[r#"{"parseSql":{"complete":false,"net":{"reads":[{"name":"s"}],"edges":[{"source":{"column":"a"}}]},"statements":[]}}"#]].assert_eq(&world.text(&question("limit: 3")).await);
}

#[tokio::test]
async fn wrong_arguments() {
    let world = world(&shop()).await;
    let unknown = world.error(r#"{ parseSql(sql: "select 1", dialect: "klingon") { complete } }"#).await;
    let start = "INVALID_ARGUMENT: `dialect`: expected one of generic, postgres, ";
    assert!(unknown.starts_with(start) && unknown.ends_with(", found `klingon`"), "{unknown}");
    assert_eq!(
        world.error(r#"{ parseSql(sql: "select 1", dialect: "mysql", limit: 0) { complete } }"#).await,
        "INVALID_ARGUMENT: `limit`: expected 1 to 20000, found 0"
    );
}
