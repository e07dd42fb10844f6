//! All schemas of this server, put together once from the settings.

use super::{common, enterprise, extensions, group, meta_schemas, user};
use crate::model::attribute::Attribute;
use crate::scim::deviations::Tolerance;
use crate::scim::schema::build::complex;

/// The two kinds of resource that clients write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResourceKind {
    /// RFC 7643 §4.1.
    User,
    /// RFC 7643 §4.2.
    Group,
}

impl ResourceKind {
    /// The name in `meta.resourceType`.
    pub fn as_str(self) -> &'static str {
        match self {
            ResourceKind::User => "User",
            ResourceKind::Group => "Group",
        }
    }

    /// The endpoint, relative to the base URL.
    pub fn endpoint(self) -> &'static str {
        match self {
            ResourceKind::User => "/Users",
            ResourceKind::Group => "/Groups",
        }
    }
}

/// What happens to attributes that no schema declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownAttributes {
    /// Left out, with a remark for the request log.
    Ignore,
    /// 400.
    Reject,
}

/// The settings of `[scim]` that decide what schemas say and how bodies are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaSettings {
    /// URN of the product's extension of User.
    pub user_extension_urn: String,
    /// URN of the product's extension of Group.
    pub group_extension_urn: String,
    /// Whether `userName` may change after creation.
    pub user_name_mutable: bool,
    /// Whether `userName` is unique over all organizations.
    pub user_names_global: bool,
    /// Whether `name` and `displayName` of a user are the account's after creation, so that pushes leave them alone.
    pub names_owned_by_account: bool,
    /// Whether `userName` must be an e-mail address.
    pub require_email_user_name: bool,
    /// What happens to attributes that no schema declares.
    pub unknown_attributes: UnknownAttributes,
    /// Whether the tolerances beyond the RFCs are granted.
    pub tolerance: Tolerance,
}

impl Default for SchemaSettings {
    /// The settings of the default profile.
    fn default() -> SchemaSettings {
        SchemaSettings {
            user_extension_urn: "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:User".to_owned(),
            group_extension_urn: "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group".to_owned(),
            user_name_mutable: true,
            user_names_global: false,
            names_owned_by_account: false,
            require_email_user_name: true,
            unknown_attributes: UnknownAttributes::Ignore,
            tolerance: Tolerance::Lenient,
        }
    }
}

/// One schema, as `/Schemas` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Its URN, which is its id.
    pub urn: String,
    /// Its name for people.
    pub name: &'static str,
    /// The schema in a sentence.
    pub description: &'static str,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

/// What a resource of one kind consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// URN of the core schema.
    pub urn: &'static str,
    /// The common attributes, then those of the core schema.
    pub attributes: Vec<Attribute>,
    /// Each extension as a complex attribute that its URN names, which is how resources hold them (RFC 7643 §3.3).
    pub extensions: Vec<Attribute>,
}

impl Shape {
    fn new(urn: &'static str, core: &Schema, extensions: &[&Schema]) -> Shape {
        let container =
            |schema: &&Schema| complex(schema.urn.clone(), schema.description, schema.attributes.clone());
        Shape {
            urn,
            attributes: [common::attributes(), core.attributes.clone()].concat(),
            extensions: extensions.iter().map(container).collect(),
        }
    }

    /// The attribute that a member of the resource's JSON object is: a common or core attribute, or an extension by its
    /// URN, compared without case.
    pub fn member(&self, name: &str) -> Option<&Attribute> {
        self.members().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    /// All attributes, then all extensions.
    pub fn members(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().chain(&self.extensions)
    }

    /// The extension of that URN, compared without case.
    pub fn extension(&self, urn: &str) -> Option<&Attribute> {
        self.extensions.iter().find(|extension| extension.name.eq_ignore_ascii_case(urn))
    }
}

/// All schemas of this server and the settings that they were made from.
#[derive(Clone, Debug)]
pub struct Schemas {
    pub(super) settings: SchemaSettings,
    /// In the order of `/Schemas`.
    pub(super) list: Vec<Schema>,
    user: Shape,
    group: Shape,
}

impl Schemas {
    /// Puts the schemas together.
    pub fn new(settings: SchemaSettings) -> Schemas {
        let user = user::schema(&settings);
        let enterprise = enterprise::schema();
        let user_extension = extensions::user_schema(&settings);
        let group = group::schema();
        let group_extension = extensions::group_schema(&settings);
        let user_shape = Shape::new(super::USER_URN, &user, &[&enterprise, &user_extension]);
        let group_shape = Shape::new(super::GROUP_URN, &group, &[&group_extension]);
        let resources = vec![user, enterprise, user_extension, group, group_extension];
        let list = [resources, meta_schemas::schemas()].concat();
        Schemas { settings, list, user: user_shape, group: group_shape }
    }

    /// The settings that the schemas were made from.
    pub fn settings(&self) -> &SchemaSettings {
        &self.settings
    }

    /// Whether the tolerances beyond the RFCs are granted.
    pub fn tolerance(&self) -> Tolerance {
        self.settings.tolerance
    }

    /// What a resource of `kind` consists of.
    pub fn shape(&self, kind: ResourceKind) -> &Shape {
        match kind {
            ResourceKind::User => &self.user,
            ResourceKind::Group => &self.group,
        }
    }
}
