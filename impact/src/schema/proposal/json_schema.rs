//! The JSON Schema of a change file, made from the same table of fields that a proposal is checked by.

use serde_json::{Map, Value, json};

use super::{Field, Op};

/// The schema of one proposal (JSON Schema, draft 2020-12), for editors and for whoever writes such files.
pub fn json_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A proposed change of schemas",
        "description": "Changes that are made together, as read by `headwater check --change` and the API.",
        "type": "object",
        "properties": {
            "title": nullable("string", "What the change is for, in a few words."),
            "changes": { "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/change" } },
        },
        "required": ["changes"],
        "additionalProperties": false,
        "$defs": { "change": change(), "dataset": dataset() },
    })
}

fn change() -> Value {
    let mut properties = Map::new();
    let ops: Vec<&str> = Op::ALL.iter().map(|op| op.name()).collect();
    properties.insert("op".to_owned(), json!({ "description": "What is done.", "enum": ops }));
    properties.insert("dataset".to_owned(), json!({ "$ref": "#/$defs/dataset" }));
    for field in Field::ALL {
        properties.insert(field.name().to_owned(), nullable(field.json_type(), field.about()));
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": ["op", "dataset"],
        "additionalProperties": false,
        "allOf": Op::ALL.map(rule),
    })
}

/// What an operation needs, and what does not go with it.
fn rule(op: Op) -> Value {
    let (needed, allowed) = op.fields();
    let properties: Map<String, Value> = Field::ALL
        .iter()
        .filter_map(|field| {
            let rule = match (needed.contains(field), allowed.contains(field)) {
                (true, _) => json!({ "type": field.json_type() }),
                (false, false) => json!({ "type": "null" }),
                (false, true) => return None,
            };
            Some((field.name().to_owned(), rule))
        })
        .collect();
    let required: Vec<&str> = needed.iter().map(|field| field.name()).collect();
    json!({
        "if": { "properties": { "op": { "const": op.name() } } },
        "then": { "properties": properties, "required": required },
    })
}

fn dataset() -> Value {
    json!({
        "description": "A dataset; without a namespace, any ending of its name that is not ambiguous, such as `schema.table`.",
        "type": "object",
        "properties": {
            "namespace": nullable("string", "Such as `postgres://shop-db:5432`."),
            "name": { "description": "Such as `shop.public.orders`.", "type": "string", "minLength": 1 },
        },
        "required": ["name"],
        "additionalProperties": false,
    })
}

fn nullable(kind: &str, about: &str) -> Value {
    json!({ "description": about, "type": [kind, "null"] })
}

impl Field {
    fn json_type(self) -> &'static str {
        match self {
            Field::Nullable => "boolean",
            Field::Column | Field::To | Field::Type | Field::Query | Field::Dialect => "string",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Field::Column => "The column, nested fields joined by `.`.",
            Field::To => "The new name of the column or the dataset.",
            Field::Type => "The new type, as the platform writes it.",
            Field::Nullable => "Whether the column may be null afterwards.",
            Field::Query => "The query that the dataset is made by afterwards.",
            Field::Dialect => {
                "The dialect of the query, such as `snowflake`; without it, that of the dataset's platform."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule of one operation, as `needed; refused`.
    #[track_caller]
    fn check(op: Op, expected: &str) {
        let schema = json_schema();
        let rules = schema["$defs"]["change"]["allOf"].as_array().unwrap();
        let rule = rules.iter().find(|rule| rule["if"]["properties"]["op"]["const"] == op.name()).unwrap();
        let needed: Vec<&str> = rule["then"]["required"].as_array().unwrap().iter().flat_map(Value::as_str).collect();
        let properties = rule["then"]["properties"].as_object().unwrap();
        let refused = properties.iter().filter(|(_, rule)| rule["type"] == "null").map(|(name, _)| name.as_str());
        let mut refused: Vec<&str> = refused.collect();
        refused.sort_unstable();
        assert_eq!(format!("{}; {}", needed.join(" "), refused.join(" ")), expected);
    }

    #[test]
    fn the_schema_says_what_each_operation_needs() {
        check(Op::DropColumn, "column; dialect nullable query to type");
        check(Op::RenameColumn, "column to; dialect nullable query type");
        check(Op::AddColumn, "column; dialect query to");
        check(Op::ChangeMeaning, "; dialect nullable query to type");
        check(Op::ReplaceQuery, "query; column nullable to type");
    }

    #[test]
    fn the_schema_names_every_operation_and_field() {
        let schema = json_schema();
        let change = &schema["$defs"]["change"];
        assert_eq!(change["properties"]["op"]["enum"].as_array().unwrap().len(), Op::ALL.len());
        assert_eq!(change["properties"].as_object().unwrap().len(), Field::ALL.len() + 2);
        assert_eq!(change["allOf"].as_array().unwrap().len(), Op::ALL.len());
    }
}
