//! How shapes of JSON are written in this module, and what that comes to in JSON Schema (2020-12, as OpenAPI 3.1 has it).
//!
//! An object is a list of members and their types. It has all of them and no others; a name that ends in `?` may be
//! missing, and the name `...` stands for the members of another object. Types:
//!
//! | written | is |
//! | --- | --- |
//! | `string`, `integer`, `number`, `boolean`, `any` | that |
//! | `time` | an RFC 3339 date and time |
//! | `@Name` | the object of that name |
//! | `a\|b` | one of these words; one of these objects, where one of them begins with `@` |
//! | `=a` | this word |
//! | `[T]` | an array |
//! | `T?` | or null |
//! | `1..500` | a string of so many characters |
//! | `#0..10` | a whole number in this range |

use serde_json::{Map, Value, json};

/// A JSON object by its members.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Its name in the description.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// Names and types.
    pub members: &'static [(&'static str, &'static str)],
}

/// An object by its members.
pub(super) const fn object(
    name: &'static str,
    about: &'static str,
    members: &'static [(&'static str, &'static str)],
) -> Schema {
    Schema { name, about, members }
}

impl Schema {
    /// The JSON Schema; `find` gives the objects that `...` takes members from.
    pub fn to_json(&self, find: &dyn Fn(&str) -> Option<&'static Schema>) -> Value {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        put_members(self.members, find, &mut properties, &mut required);
        json!({
            "type": "object",
            "description": self.about,
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }
}

/// Adds the properties of members, and the names of those that must be there.
pub fn put_members(
    members: &[(&str, &str)],
    find: &dyn Fn(&str) -> Option<&'static Schema>,
    properties: &mut Map<String, Value>,
    required: &mut Vec<Value>,
) {
    for (name, written) in members {
        match (*name, name.strip_suffix('?')) {
            ("...", _) => {
                if let Some(other) = find(written.trim_start_matches('@')) {
                    put_members(other.members, find, properties, required);
                }
            }
            (_, Some(optional)) => drop(properties.insert(optional.to_owned(), typed(written))),
            (name, None) => {
                properties.insert(name.to_owned(), typed(written));
                required.push(json!(name));
            }
        }
    }
}

/// The JSON Schema of a written type.
pub fn typed(written: &str) -> Value {
    if let Some(inner) = written.strip_suffix('?') {
        return or_null(typed(inner));
    }
    if let Some(inner) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return json!({"type": "array", "items": typed(inner)});
    }
    if written.contains('@') && written.contains('|') {
        let alternatives: Vec<Value> = written.split('|').map(typed).collect();
        return json!({"oneOf": alternatives});
    }
    match written.chars().next() {
        Some('@') => json!({"$ref": format!("#/components/schemas/{}", written.trim_start_matches('@'))}),
        Some('=') => json!({"type": "string", "const": written.trim_start_matches('=')}),
        Some('#') => range("integer", written.trim_start_matches('#'), ["minimum", "maximum"]),
        Some('0'..='9') => range("string", written, ["minLength", "maxLength"]),
        _ => simple(written),
    }
}

fn simple(written: &str) -> Value {
    match written {
        "any" => json!({}),
        "time" => json!({"type": "string", "format": "date-time"}),
        "string" | "integer" | "number" | "boolean" => json!({"type": written}),
        words => json!({"type": "string", "enum": words.split('|').collect::<Vec<_>>()}),
    }
}

fn range(kind: &str, written: &str, [least, most]: [&str; 2]) -> Value {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!(kind));
    let (low, high) = written.split_once("..").unwrap_or((written, ""));
    for (name, bound) in [(least, low), (most, high)] {
        if let Ok(bound) = bound.parse::<i64>() {
            schema.insert(name.to_owned(), json!(bound));
        }
    }
    Value::Object(schema)
}

fn or_null(schema: Value) -> Value {
    match schema {
        Value::Object(mut members) if members.contains_key("type") => {
            if let Some(kind) = members.get_mut("type") {
                *kind = json!([kind.clone(), "null"]);
            }
            if let Some(Value::Array(words)) = members.get_mut("enum") {
                words.push(Value::Null);
            }
            Value::Object(members)
        }
        other => json!({"anyOf": [other, {"type": "null"}]}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_written_type_is_the_json_schema_that_the_table_says() {
        for (written, schema) in [
            ("integer", json!({"type": "integer"})),
            ("any", json!({})),
            ("time?", json!({"type": ["string", "null"], "format": "date-time"})),
            ("a|b", json!({"type": "string", "enum": ["a", "b"]})),
            ("a|b?", json!({"type": ["string", "null"], "enum": ["a", "b", null]})),
            ("=a", json!({"type": "string", "const": "a"})),
            ("[string]", json!({"type": "array", "items": {"type": "string"}})),
            ("@X", json!({"$ref": "#/components/schemas/X"})),
            ("@X?", json!({"anyOf": [{"$ref": "#/components/schemas/X"}, {"type": "null"}]})),
            ("@X|boolean", json!({"oneOf": [{"$ref": "#/components/schemas/X"}, {"type": "boolean"}]})),
            ("1..500", json!({"type": "string", "minLength": 1, "maxLength": 500})),
            ("#0..10?", json!({"type": ["integer", "null"], "minimum": 0, "maximum": 10})),
        ] {
            assert_eq!(typed(written), schema, "{written}");
        }
    }

    #[test]
    fn an_object_has_its_members_and_those_that_it_takes_over_and_no_others() {
        static BASE: Schema = object("Base", "b", &[("id", "string"), ("note?", "string")]);
        let more = object("More", "m", &[("...", "@Base"), ("count", "integer")]);
        let schema = more.to_json(&|name| (name == "Base").then_some(&BASE));
        assert_eq!(schema["required"], json!(["id", "count"]));
        assert_eq!(schema["properties"]["note"], json!({"type": "string"}));
        assert_eq!(schema["additionalProperties"], json!(false));
    }
}
