//! The part of JSON Schema (2020-12) that the description of the admin API is written in; a keyword that is not known here
//! fails, so that nothing passes unchecked.

use serde_json::Value;

/// Everything in which `value` is not what `schema` says, one line per place. `document` is what references lead into.
pub fn problems(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Checker { document }.check(schema, value, "", &mut found);
    found
}

struct Checker<'d> {
    document: &'d Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
        let keywords = schema.as_object().unwrap_or_else(|| panic!("not a schema: {schema}"));
        for (keyword, wanted) in keywords {
            let holds = match keyword.as_str() {
                "$ref" => {
                    self.check(self.resolved(wanted), value, place, found);
                    continue;
                }
                "properties" => {
                    self.check_properties(wanted, value, place, found);
                    continue;
                }
                "items" => {
                    let items = value.as_array().into_iter().flatten().enumerate();
                    items.for_each(|(at, item)| self.check(wanted, item, &format!("{place}/{at}"), found));
                    continue;
                }
                "oneOf" | "anyOf" => {
                    self.check_alternatives(keyword, schema, value, place, found);
                    continue;
                }
                "required" => {
                    let missing =
                        |name: &&Value| value.is_object() && value.get(name.as_str().unwrap()).is_none();
                    let missing = wanted.as_array().unwrap().iter().filter(missing);
                    found.extend(missing.map(|name| format!("{place}: {name} is missing")));
                    continue;
                }
                "additionalProperties" => {
                    assert_eq!(*wanted, Value::Bool(false), "only false is known here");
                    let strangers = value.as_object().into_iter().flat_map(|members| members.keys());
                    let strangers =
                        strangers.filter(|name| schema["properties"].get(name.as_str()).is_none());
                    found.extend(strangers.map(|name| format!("{place}: \"{name}\" is not described")));
                    continue;
                }
                "type" => {
                    let types = wanted.as_array().map_or(std::slice::from_ref(wanted), Vec::as_slice);
                    types.iter().any(|kind| is_of(value, kind.as_str().unwrap()))
                }
                "enum" => wanted.as_array().unwrap().contains(value),
                "const" => wanted == value,
                "format" => {
                    assert_eq!(wanted, "date-time", "only date-time is known here");
                    value.as_str().is_none_or(is_date_time)
                }
                "minLength" => length(value).is_none_or(|length| length >= wanted.as_i64().unwrap()),
                "maxLength" => length(value).is_none_or(|length| length <= wanted.as_i64().unwrap()),
                "minimum" => value.as_i64().is_none_or(|number| number >= wanted.as_i64().unwrap()),
                "maximum" => value.as_i64().is_none_or(|number| number <= wanted.as_i64().unwrap()),
                "pattern" | "description" | "discriminator" => true,
                other => panic!("the keyword {other} is not known here"),
            };
            if !holds {
                found.push(format!("{place}: {value} is not of {keyword} {wanted}"));
            }
        }
    }

    fn resolved(&self, reference: &Value) -> &Value {
        let pointer = reference.as_str().unwrap().trim_start_matches('#');
        self.document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
    }

    fn check_properties(&self, properties: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
        for (name, schema) in properties.as_object().unwrap() {
            if let Some(member) = value.get(name) {
                self.check(schema, member, &format!("{place}/{name}"), found);
            }
        }
    }

    /// With a discriminator only the alternative that it names is looked at, for the sake of the message.
    fn check_alternatives(
        &self,
        keyword: &str,
        schema: &Value,
        value: &Value,
        place: &str,
        found: &mut Vec<String>,
    ) {
        if let Some(discriminator) = schema.get("discriminator") {
            let kind = value[discriminator["propertyName"].as_str().unwrap()].as_str().unwrap_or_default();
            match discriminator["mapping"].get(kind) {
                Some(reference) => self.check(self.resolved(reference), value, place, found),
                None => found.push(format!("{place}: \"{kind}\" is not one of the described kinds")),
            }
            return;
        }
        let outcomes: Vec<Vec<String>> = schema[keyword]
            .as_array()
            .unwrap()
            .iter()
            .map(|alternative| {
                let mut problems = Vec::new();
                self.check(alternative, value, place, &mut problems);
                problems
            })
            .collect();
        let fitting = outcomes.iter().filter(|problems| problems.is_empty()).count();
        if fitting == 0 || (keyword == "oneOf" && fitting > 1) {
            found.push(format!("{place}: {fitting} alternatives fit: {outcomes:?}"));
        }
    }
}

fn length(value: &Value) -> Option<i64> {
    value.as_str().map(|text| i64::try_from(text.chars().count()).unwrap())
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other} is not known here"),
    }
}

/// RFC 3339 in UTC.
fn is_date_time(text: &str) -> bool {
    rollcall::model::time::Timestamp::parse(text).is_some() && text.ends_with('Z')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_missing_unknown_or_of_another_type_is_found_at_its_place() {
        let document = json!({"components": {"schemas": {"Item": {"type": "object", "required": ["id"],
            "properties": {"id": {"type": "string"}, "at": {"type": ["string", "null"], "format": "date-time"}},
            "additionalProperties": false}}}});
        let schema = json!({"type": "array", "items": {"$ref": "#/components/schemas/Item"}});
        let of = |value: Value| problems(&document, &schema, &value);
        assert!(
            of(json!([{"id": "1"}, {"id": "2", "at": null}, {"id": "3", "at": "2026-11-24T14:05:54Z"}]))
                .is_empty()
        );
        assert_eq!(of(json!([{"at": "soon"}])).len(), 2);
        assert_eq!(of(json!([{"id": 1}])), ["/0/id: 1 is not of type \"string\""]);
        assert_eq!(of(json!([{"id": "1", "colour": "blue"}])), ["/0: \"colour\" is not described"]);
        let one = json!({"oneOf": [{"type": "string"}, {"const": "a"}]});
        assert_eq!(problems(&document, &one, &json!("a")).len(), 1);
        assert!(problems(&document, &one, &json!("b")).is_empty());
    }
}
