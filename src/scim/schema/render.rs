//! `/Schemas` and `/ResourceTypes` (RFC 7644 §4), told from the same tables that requests are read by.

use serde_json::{Map, Value, json};

use super::meta_schemas::{RESOURCE_TYPE_URN, SCHEMA_URN};
use super::schemas::{ResourceKind, Schema, Schemas};
use crate::model::attribute::{Attribute, Mutability, Returned, Type, Uniqueness};

impl Schemas {
    /// Every schema as a resource, in order. `base` is the SCIM base URL without a slash at its end.
    pub fn render_schemas(&self, base: &str) -> Vec<Value> {
        self.list.iter().map(|schema| render_schema(schema, base)).collect()
    }

    /// The schema of that URN, compared without case.
    pub fn render_schema(&self, urn: &str, base: &str) -> Option<Value> {
        let schema = self.list.iter().find(|schema| schema.urn.eq_ignore_ascii_case(urn))?;
        Some(render_schema(schema, base))
    }

    /// Both resource types, in order. `base` is the SCIM base URL without a slash at its end.
    pub fn render_resource_types(&self, base: &str) -> Vec<Value> {
        [ResourceKind::User, ResourceKind::Group].map(|kind| self.render_resource_type(kind, base)).into()
    }

    /// One resource type (RFC 7643 §6).
    pub fn render_resource_type(&self, kind: ResourceKind, base: &str) -> Value {
        let name = kind.as_str();
        let shape = self.shape(kind);
        let extensions: Vec<Value> =
            shape.extensions.iter().map(|e| json!({"schema": e.name, "required": false})).collect();
        json!({
            "schemas": [RESOURCE_TYPE_URN],
            "id": name,
            "name": name,
            "endpoint": kind.endpoint(),
            "description": match kind {
                ResourceKind::User => "User accounts",
                ResourceKind::Group => "Groups of users",
            },
            "schema": shape.urn,
            "schemaExtensions": extensions,
            "meta": {"resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}")},
        })
    }
}

fn render_schema(schema: &Schema, base: &str) -> Value {
    json!({
        "schemas": [SCHEMA_URN],
        "id": schema.urn,
        "name": schema.name,
        "description": schema.description,
        "attributes": render_attributes(&schema.attributes),
        "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{}", schema.urn)},
    })
}

fn render_attributes(attributes: &[Attribute]) -> Vec<Value> {
    attributes.iter().map(render_attribute).collect()
}

/// All characteristics, the ones with default values too (RFC 7643 §7).
fn render_attribute(attribute: &Attribute) -> Value {
    let mut out = Map::new();
    out.insert("name".into(), json!(attribute.name));
    out.insert("type".into(), json!(type_name(attribute.ty)));
    out.insert("multiValued".into(), json!(attribute.multi_valued));
    out.insert("description".into(), json!(attribute.description));
    out.insert("required".into(), json!(attribute.required));
    if !attribute.canonical_values.is_empty() {
        out.insert("canonicalValues".into(), json!(attribute.canonical_values));
    }
    out.insert("caseExact".into(), json!(attribute.case_exact));
    out.insert("mutability".into(), json!(mutability_name(attribute.mutability)));
    out.insert("returned".into(), json!(returned_name(attribute.returned)));
    out.insert("uniqueness".into(), json!(uniqueness_name(attribute.uniqueness)));
    if !attribute.reference_types.is_empty() {
        out.insert("referenceTypes".into(), json!(attribute.reference_types));
    }
    if attribute.is_complex() {
        out.insert("subAttributes".into(), json!(render_attributes(&attribute.sub_attributes)));
    }
    Value::Object(out)
}

fn type_name(ty: Type) -> &'static str {
    match ty {
        Type::String => "string",
        Type::Boolean => "boolean",
        Type::Decimal => "decimal",
        Type::Integer => "integer",
        Type::DateTime => "dateTime",
        Type::Binary => "binary",
        Type::Reference => "reference",
        Type::Complex => "complex",
    }
}

fn mutability_name(mutability: Mutability) -> &'static str {
    match mutability {
        Mutability::ReadOnly => "readOnly",
        Mutability::ReadWrite => "readWrite",
        Mutability::Immutable => "immutable",
        Mutability::WriteOnly => "writeOnly",
    }
}

fn returned_name(returned: Returned) -> &'static str {
    match returned {
        Returned::Always => "always",
        Returned::Never => "never",
        Returned::Default => "default",
        Returned::Request => "request",
    }
}

fn uniqueness_name(uniqueness: Uniqueness) -> &'static str {
    match uniqueness {
        Uniqueness::None => "none",
        Uniqueness::Server => "server",
        Uniqueness::Global => "global",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::{ENTERPRISE_URN, GROUP_URN, SchemaSettings, USER_URN};

    const BASE: &str = "https://rollcall.test/scim/v2";

    fn attribute<'a>(schema: &'a Value, name: &str) -> &'a Value {
        let attributes = schema["attributes"].as_array().expect("an array");
        attributes.iter().find(|attribute| attribute["name"] == name).expect("declared")
    }

    #[test]
    fn schemas_lists_resources_extensions_and_the_meta_schemas_rfc_7644_4() {
        let schemas = Schemas::new(SchemaSettings::default());
        let ids: Vec<Value> =
            schemas.render_schemas(BASE).iter().map(|schema| schema["id"].clone()).collect();
        for urn in [USER_URN, GROUP_URN, ENTERPRISE_URN, SCHEMA_URN, RESOURCE_TYPE_URN] {
            assert!(ids.contains(&json!(urn)), "{urn} in {ids:?}");
        }
        let single = schemas.render_schema(&ENTERPRISE_URN.to_lowercase(), BASE).expect("known");
        assert_eq!(single["meta"]["location"], json!(format!("{BASE}/Schemas/{ENTERPRISE_URN}")));
    }

    #[test]
    fn the_password_is_write_only_and_never_returned_rfc_7643_4_1_1() {
        let schema = Schemas::new(SchemaSettings::default()).render_schema(USER_URN, BASE).expect("known");
        let password = attribute(&schema, "password");
        assert_eq!((&password["mutability"], &password["returned"]), (&json!("writeOnly"), &json!("never")));
    }

    #[test]
    fn schemas_tells_the_truth_in_every_setting() {
        let default = Schemas::new(SchemaSettings::default()).render_schema(USER_URN, BASE).expect("known");
        assert_eq!(attribute(&default, "userName")["mutability"], "readWrite");
        assert_eq!(attribute(&default, "userName")["uniqueness"], "server");
        assert_eq!(attribute(&default, "name")["mutability"], "readWrite");
        let settings = SchemaSettings {
            user_name_mutable: false,
            user_names_global: true,
            names_owned_by_account: true,
            user_extension_urn: "urn:example:user".to_owned(),
            ..SchemaSettings::default()
        };
        let schemas = Schemas::new(settings);
        let testmu = schemas.render_schema(USER_URN, BASE).expect("known");
        assert_eq!(attribute(&testmu, "userName")["mutability"], "immutable");
        assert_eq!(attribute(&testmu, "userName")["uniqueness"], "global");
        assert_eq!(attribute(&testmu, "name")["subAttributes"][0]["mutability"], "immutable");
        assert!(schemas.render_schema("urn:example:user", BASE).is_some());
        let user = schemas.render_resource_type(ResourceKind::User, BASE);
        assert_eq!(user["schemaExtensions"][1], json!({"schema": "urn:example:user", "required": false}));
    }

    #[test]
    fn each_attribute_declares_all_characteristics_rfc_7643_7() {
        for schema in Schemas::new(SchemaSettings::default()).render_schemas(BASE) {
            for attribute in schema["attributes"].as_array().expect("an array") {
                for key in [
                    "name",
                    "type",
                    "multiValued",
                    "required",
                    "caseExact",
                    "mutability",
                    "returned",
                    "uniqueness",
                ] {
                    assert!(attribute.get(key).is_some(), "{key} of {attribute}");
                }
                assert_eq!(
                    attribute["type"] == "complex",
                    attribute.get("subAttributes").is_some(),
                    "{attribute}"
                );
            }
        }
    }
}
