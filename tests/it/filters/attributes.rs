//! What the evaluator knows of attributes: written down by hand from RFC 7643, not taken from the server's tables.

use rollcall::scim::schema::ResourceKind;

pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub const GROUP_EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group";

/// How values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// As text without case.
    Text,
    /// As text with case.
    Exact,
    Boolean,
    Instant,
    /// Not at all.
    Complex,
}

/// An attribute by one of its names.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    pub name: &'static str,
    /// Where the compared value is.
    pub keys: &'static [&'static str],
    /// How many of the keys lead to what `pr` asks for.
    pub whole: usize,
    pub ty: Ty,
    pub plural: bool,
}

impl Attribute {
    pub fn is_comparable(&self) -> bool {
        self.ty != Ty::Complex
    }
}

/// An attribute with sub-attributes that brackets filter by.
#[derive(Clone, Copy, Debug)]
pub struct Container {
    pub name: &'static str,
    pub keys: &'static [&'static str],
    pub plural: bool,
    pub subs: &'static [Attribute],
}

const fn one(name: &'static str, keys: &'static [&'static str], ty: Ty) -> Attribute {
    Attribute { name, keys, whole: keys.len(), ty, plural: false }
}

const fn many(name: &'static str, keys: &'static [&'static str], ty: Ty) -> Attribute {
    Attribute { name, keys, whole: keys.len(), ty, plural: true }
}

/// A complex attribute that is compared as its `value`.
const fn valued(name: &'static str, keys: &'static [&'static str], ty: Ty, plural: bool) -> Attribute {
    Attribute { name, keys, whole: keys.len() - 1, ty, plural }
}

pub fn of(kind: ResourceKind) -> Vec<Attribute> {
    let own = match kind {
        ResourceKind::User => USER,
        ResourceKind::Group => GROUP,
    };
    [COMMON, own].concat()
}

pub fn containers(kind: ResourceKind) -> &'static [Container] {
    match kind {
        ResourceKind::User => USER_CONTAINERS,
        ResourceKind::Group => GROUP_CONTAINERS,
    }
}

const COMMON: &[Attribute] = &[
    many("schemas", &["schemas"], Ty::Exact),
    one("id", &["id"], Ty::Exact),
    one("externalId", &["externalId"], Ty::Exact),
    one("displayName", &["displayName"], Ty::Text),
    one("meta", &["meta"], Ty::Complex),
    one("meta.created", &["meta", "created"], Ty::Instant),
    one("meta.lastModified", &["meta", "lastModified"], Ty::Instant),
    one("meta.resourceType", &["meta", "resourceType"], Ty::Exact),
    one("meta.version", &["meta", "version"], Ty::Exact),
    one("meta.location", &["meta", "location"], Ty::Exact),
];

const USER: &[Attribute] = &[
    one("userName", &["userName"], Ty::Text),
    one("urn:ietf:params:scim:schemas:core:2.0:User:userName", &["userName"], Ty::Text),
    one("title", &["title"], Ty::Text),
    one("active", &["active"], Ty::Boolean),
    one("password", &["password"], Ty::Exact),
    one("name", &["name"], Ty::Complex),
    one("name.familyName", &["name", "familyName"], Ty::Text),
    valued("emails", &["emails", "value"], Ty::Text, true),
    many("emails.value", &["emails", "value"], Ty::Text),
    many("email", &["emails", "value"], Ty::Text),
    many("emails.type", &["emails", "type"], Ty::Text),
    many("emails.primary", &["emails", "primary"], Ty::Boolean),
    valued("groups", &["groups", "value"], Ty::Exact, true),
    many("groups.display", &["groups", "display"], Ty::Text),
    many("groups.$ref", &["groups", "$ref"], Ty::Exact),
    many("groups.type", &["groups", "type"], Ty::Text),
    one(ENTERPRISE, &[ENTERPRISE], Ty::Complex),
    one("department", &[ENTERPRISE, "department"], Ty::Text),
    one(
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        &[ENTERPRISE, "department"],
        Ty::Text,
    ),
    valued("manager", &[ENTERPRISE, "manager", "value"], Ty::Exact, false),
    one("manager.displayName", &[ENTERPRISE, "manager", "displayName"], Ty::Text),
];

const GROUP: &[Attribute] = &[
    valued("members", &["members", "value"], Ty::Exact, true),
    many("members.value", &["members", "value"], Ty::Exact),
    many("members.display", &["members", "display"], Ty::Text),
    many("members.$ref", &["members", "$ref"], Ty::Exact),
    many("members.type", &["members", "type"], Ty::Text),
    many("LambdatestRoles", &[GROUP_EXTENSION, "LambdatestRoles"], Ty::Exact),
];

const USER_CONTAINERS: &[Container] = &[
    Container {
        name: "emails",
        keys: &["emails"],
        plural: true,
        subs: &[
            one("value", &["value"], Ty::Text),
            one("type", &["type"], Ty::Text),
            one("primary", &["primary"], Ty::Boolean),
        ],
    },
    Container { name: "groups", keys: &["groups"], plural: true, subs: LINK },
    Container {
        name: "name",
        keys: &["name"],
        plural: false,
        subs: &[one("familyName", &["familyName"], Ty::Text), one("givenName", &["givenName"], Ty::Text)],
    },
    Container {
        name: "manager",
        keys: &[ENTERPRISE, "manager"],
        plural: false,
        subs: &[one("value", &["value"], Ty::Exact), one("displayName", &["displayName"], Ty::Text)],
    },
];

const GROUP_CONTAINERS: &[Container] =
    &[Container { name: "members", keys: &["members"], plural: true, subs: LINK }];

const LINK: &[Attribute] = &[
    one("value", &["value"], Ty::Exact),
    one("display", &["display"], Ty::Text),
    one("type", &["type"], Ty::Text),
    one("$ref", &["$ref"], Ty::Exact),
];
