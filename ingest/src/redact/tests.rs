use super::*;
use crate::json;

#[track_caller]
fn check(input: &str, expected: &str) {
    let once = text(input).unwrap_or_else(|| input.to_owned());
    assert_eq!(once, expected);
    assert!(once == input || may_hold_secrets(input.as_bytes()), "passed over");
    let twice = text(&once).unwrap_or_else(|| once.clone());
    assert_eq!(twice, once, "redacted twice");
}

#[track_caller]
fn kept(input: &str) {
    check(input, input);
}

#[track_caller]
fn check_json(input: &str, expected: &str) {
    let redacted = |text: &str| {
        let mut json = json::parse(text.as_bytes()).unwrap().json;
        if may_hold_secrets(text.as_bytes()) {
            redact(&mut json);
        }
        json.to_string()
    };
    assert_eq!(redacted(input), expected);
    assert_eq!(redacted(expected), expected, "redacted twice");
}

#[test]
fn keys_that_tell() {
    let secret = [
        "password",
        "PASSWORD",
        "db_password",
        "database.password",
        "userPassword",
        "passwd",
        "pwd",
        "MYSQL_PWD",
        "secret",
        "client-secret",
        "clientSecret",
        "secrets",
        "token",
        "access_token",
        "accessToken",
        "authtoken",
        "api_key",
        "apiKey",
        "x-api-key",
        "APIKEY",
        "access_key",
        "aws_access_key_id",
        "secret.access.key",
        "fs.s3a.secret.key",
        "private_key",
        "private-key",
        "account.key",
        "credential",
        "credentials",
        "authorization",
        "Proxy-Authorization",
        "passphrase",
        "spark.hadoop.fs.azure.account.key.x",
    ];
    let harmless = [
        "primary_key",
        "foreign_key",
        "key",
        "keys",
        "sort.key",
        "tokenizer",
        "token_count",
        "max_tokens",
        "tokens",
        "broken",
        "secretary",
        "passenger",
        "pass",
        "compass",
        "monkey",
        "password_policy",
        "credentials.provider",
        "secret_name",
        "token_url",
        "author",
        "authorized",
        "",
    ];
    let wrong: Vec<_> =
        secret.into_iter().filter(|key| !is_secret_key(key) || !may_hold_secrets(key.as_bytes())).collect();
    assert_eq!(wrong, Vec::<&str>::new(), "should be secret");
    let wrong: Vec<_> = harmless.into_iter().filter(|key| is_secret_key(key)).collect();
    assert_eq!(wrong, Vec::<&str>::new(), "should be harmless");
}

#[test]
fn values_under_telling_keys() {
    check_json(
        r#"{"password":"x","port":5432,"pin":{"secret":{"a":["x",1,true,null,""],"_producer":"p"}}}"#,
        r#"{"password":"[redacted]","pin":{"secret":{"_producer":"p","a":["[redacted]","[redacted]",true,null,""]}},"port":5432}"#,
    );
    check_json(r#"{"password":12345,"use_password":true}"#, r#"{"password":"[redacted]","use_password":true}"#);
    check_json(
        r#"[{"name":"DB_PASSWORD","value":"x"},{"key":"api-key","value":1},{"name":"HOME","value":"/h"}]"#,
        r#"[{"name":"DB_PASSWORD","value":"[redacted]"},{"key":"api-key","value":"[redacted]"},{"name":"HOME","value":"/h"}]"#,
    );
}

#[test]
fn columns_may_be_called_password() {
    for kept in [
        r#"{"fields":{"password":{"inputFields":[{"field":"token","name":"n"}]}}}"#,
        r#"{"columnMetrics":{"token":{"max":3,"min":1}}}"#,
        r#"{"fields":[{"name":"password","type":"varchar"}]}"#,
    ] {
        check_json(kept, kept);
    }
}

#[test]
fn keys_that_are_urls() {
    check_json(r#"{"b":1,"s3://u:p@h":2}"#, r#"{"b":1,"s3://u:[redacted]@h":2}"#);
}

#[test]
fn urls() {
    check("postgres://shop:s3cr%3Ft@db:5432/shop", "postgres://shop:[redacted]@db:5432/shop");
    check("redis://:hunter2@cache", "redis://:[redacted]@cache");
    check("amqp://u:p@ss@h/x and http://a:b@c", "amqp://u:[redacted]@h/x and http://a:[redacted]@c");
    check("https://ghp_0123456789abcdefghij@github.com/a/b", "https://[redacted]@github.com/a/b");
    check(
        "jdbc:postgresql://h/d?user=u&password=x%20y&ssl=true",
        "jdbc:postgresql://h/d?user=u&password=[redacted]&ssl=true",
    );
    check(
        "jdbc:sqlserver://h:1433;user=u;password=x;encrypt=true",
        "jdbc:sqlserver://h:1433;user=u;password=[redacted];encrypt=true",
    );
    check("jdbc:oracle:thin:scott/tiger@//h:1521/s", "jdbc:oracle:thin:scott/[redacted]@//h:1521/s");
    check(
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=ab/c+d==;EndpointSuffix=x",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=[redacted];EndpointSuffix=x",
    );
    check("https://a.blob/c?sv=1&sig=ab%3D&se=2", "https://a.blob/c?sv=1&sig=[redacted]&se=2");
    check("https://b.s3/x?X-Amz-Signature=abc&X-Amz-Date=1", "https://b.s3/x?X-Amz-Signature=[redacted]&X-Amz-Date=1");
}

#[test]
fn urls_without_a_secret_are_kept() {
    kept("postgres://db:5432/shop");
    kept("abfss://container@account.dfs.core.windows.net/path");
    kept("ssh://git@github.com/a/b");
    kept("s3://bucket/table/token=5/day=2026-01-01");
    kept("https://openlineage.io/spec/facets/1-0-0/TokenFacet.json#/$defs/Token");
    kept("ada@example.com");
    kept("http://h:8080/a@b");
}

#[test]
fn texts() {
    check("login failed: password=hunter2, retrying", "login failed: password=[redacted], retrying");
    check("connect --password hunter2 --host h", "connect --password [redacted] --host h");
    check("connect --password=hunter2", "connect --password=[redacted]");
    check("{'password': 'it\\'s', 'a': 1}", "{'password': '[redacted]', 'a': 1}");
    check(r#"{"db_password" : "a\"b", "n": 1}"#, r#"{"db_password" : "[redacted]", "n": 1}"#);
    check(r#"{\"token\":\"abc\",\"n\":1}"#, r#"{\"token\":\"[redacted]\",\"n\":1}"#);
    check("Authorization: Bearer abcdefghijklmnop123", "Authorization: Bearer [redacted]");
    check("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def", "got [redacted]");
    check("password: hunter2\nnext", "password: [redacted]\nnext");
    check("pwd='unclosed\nnext", "pwd='[redacted]\nnext");
    check("token: abcdef123456", "token: [redacted]");
    check(
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x",
        "-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY----- x",
    );
    check("[client]\npassword = geheim\nuser = x", "[client]\npassword = [redacted]\nuser = x");
}

#[test]
fn texts_without_a_secret_are_kept() {
    kept("unexpected token: select");
    kept("the token is of type string");
    kept("password = os.environ[\"DB_PASSWORD\"]");
    kept("password=get_secret('db')");
    kept("def connect(password: str, token: Optional)");
    kept("self.token = config.token");
    kept("password={{ var.value.db_password }}");
    kept("password=${DB_PASSWORD} token=$TOKEN");
    kept("std::token::next");
    kept("if token == other");
}

#[test]
fn sql() {
    check("SELECT * FROM u WHERE password = 'it''s'", "SELECT * FROM u WHERE password = '[redacted]'");
    check("CREATE USER a PASSWORD 'x'", "CREATE USER a PASSWORD '[redacted]'");
    check("CREATE USER a IDENTIFIED BY 'x'", "CREATE USER a IDENTIFIED BY '[redacted]'");
    check(
        "COPY t FROM 's3://b' CREDENTIALS 'aws_access_key_id=AK;aws_secret_access_key=SK'",
        "COPY t FROM 's3://b' CREDENTIALS 'aws_access_key_id=[redacted];aws_secret_access_key=[redacted]'",
    );
    check("SET fs.azure.account.key.a=ABC", "SET fs.azure.account.key.a=[redacted]");
    check(
        "CREATE STAGE s CREDENTIALS=(AWS_SECRET_KEY='x')",
        "CREATE STAGE s CREDENTIALS=(AWS_SECRET_KEY='[redacted]')",
    );
    kept("SELECT a.token, b.password FROM a JOIN b ON a.token = b.token AND a.secret=b.secret");
    kept("-- by hand\nSELECT 1 FROM t WHERE token=other AND \"t\".\"token\" = \"o\".\"token\"");
    kept("SELECT password::text, token AS token FROM t");
    kept("INSERT INTO users (id, password) SELECT id, password_hash FROM old");
}

#[test]
fn broken_json_is_redacted_too() {
    let broken =
        r#"{"password": "x", "env": [{"name": "API_KEY", "value": "y"}, {"name": "A", "value": "z"}], "token": "cut"#;
    let expected = r#"{"password": "[redacted]", "env": [{"name": "API_KEY", "value": "[redacted]"}, {"name": "A", "value": "z"}], "token": "[redacted]"#;
    assert_eq!(broken_json(broken), expected);
    assert_eq!(broken_json(expected), expected);
}

/// Texts put together at random from pieces that mean something to redaction.
#[test]
fn redacting_any_text_twice_is_the_same_as_once() {
    const PIECES: [&str; 30] = [
        "password",
        "token",
        "secret",
        "apiKey",
        "sig",
        "=",
        ":",
        "==",
        "=>",
        "'",
        "\"",
        "\\",
        " ",
        "\n",
        "x1",
        "hunter2hunter2",
        "://",
        "@",
        "/",
        "?",
        "&",
        ";",
        "--",
        "[redacted]",
        "é",
        "Bearer ",
        "SELECT ",
        "https",
        ".",
        "identified by ",
    ];
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..20_000 {
        let input: String = (0..=next(9)).map(|_| PIECES[next(PIECES.len())]).collect();
        let once = text(&input).unwrap_or_else(|| input.clone());
        let twice = text(&once).unwrap_or_else(|| once.clone());
        assert_eq!(twice, once, "from {input:?}");
    }
}

#[test]
fn escapes_hide_nothing() {
    check_json(r#"{"\u0070assword":"x"}"#, r#"{"password":"[redacted]"}"#);
    check_json(r#"{"api\/key":"x"}"#, r#"{"api/key":"[redacted]"}"#);
    check_json(r#"{"a":"postgres:\/\/u:p@h"}"#, r#"{"a":"postgres://u:[redacted]@h"}"#);
}
