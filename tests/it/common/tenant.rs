//! One organization as its IdP sees it, through SCIM. What its administrator does is in `administrator.rs`.

use serde_json::{Value, json};

use super::answer::Answer;
use super::client::Client;
use super::words::{member, members, sorted, text};

const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const GROUP_EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group";
const BULK_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const PATCH_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The extension that carries `OrganizationRole` and `LambdatestGroup`.
pub const USER_EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:User";

/// An organization of a running server.
pub struct Tenant {
    /// The IdP: below `/scim/v2`.
    pub scim: Client,
    /// The administrator: below `/api/v1/organizations/{slug}`.
    pub api: Client,
    /// The administrator of the server: below `/api/v1`.
    pub root: Client,
}

/// What the IdP does. Each call fails the test unless the server accepts it.
impl Tenant {
    /// `root` is a client of `/api/v1` with server scope.
    pub fn new(scim: Client, root: Client, slug: &str) -> Tenant {
        let api = root.at(&format!("{}/organizations/{slug}", root.base()));
        Tenant { scim, api, root }
    }

    /// Pushes a user `{name}@example.com` with nothing else; gives the id.
    #[track_caller]
    pub fn user(&self, name: &str) -> String {
        self.user_with(json!({"userName": format!("{name}@example.com")}))
    }

    /// Pushes a user with these attributes; gives the id.
    #[track_caller]
    pub fn user_with(&self, attributes: Value) -> String {
        self.scim.post("/Users", with_schema(USER_SCHEMA, attributes)).expect(201).id()
    }

    /// Pushes many users by `/Bulk`, as many a request as it takes by default; gives the ids in order.
    #[track_caller]
    pub fn load_users(&self, users: &[Value]) -> Vec<String> {
        let mut ids = Vec::with_capacity(users.len());
        for part in users.chunks(100) {
            let operation = |(number, user): (usize, &Value)| {
                let data = with_schema(USER_SCHEMA, user.clone());
                json!({"method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": data})
            };
            let operations: Vec<Value> = part.iter().enumerate().map(operation).collect();
            let body = json!({"schemas": [BULK_SCHEMA], "Operations": operations});
            let answer = self.scim.post("/Bulk", body).expect(200).json;
            let done = answer["Operations"].as_array().unwrap_or_else(|| panic!("no Operations in {answer}"));
            ids.extend(done.iter().map(|one| {
                assert_eq!(one["status"], "201", "{one}");
                text(one, "location").rsplit('/').next().unwrap_or_default().to_owned()
            }));
        }
        ids
    }

    /// Replaces a user (PUT), as PingOne does for every change.
    #[track_caller]
    pub fn put_user(&self, id: &str, attributes: Value) -> Answer {
        self.scim.put(format!("/Users/{id}"), with_schema(USER_SCHEMA, attributes))
    }

    /// Pushes a group with these members; gives the id.
    #[track_caller]
    pub fn group(&self, name: &str, users: &[&str]) -> String {
        self.post_group(json!({"displayName": name, "members": members(users)})).expect(201).id()
    }

    /// Pushes a group that gives its members `roles`.
    #[track_caller]
    pub fn group_with_roles(&self, name: &str, roles: &[&str], users: &[&str]) -> String {
        let group = json!({"displayName": name, "members": members(users),
            GROUP_EXTENSION: {"LambdatestRoles": roles}});
        self.post_group(group).expect(201).id()
    }

    /// POST of a group, whatever comes of it.
    #[track_caller]
    pub fn post_group(&self, attributes: Value) -> Answer {
        self.scim.post("/Groups", with_schema(GROUP_SCHEMA, attributes))
    }

    /// Replaces a group (PUT).
    #[track_caller]
    pub fn put_group(&self, id: &str, name: &str, users: &[&str]) -> Answer {
        let group = json!({"displayName": name, "members": members(users)});
        self.scim.put(format!("/Groups/{id}"), with_schema(GROUP_SCHEMA, group))
    }

    /// Replaces the roles that a group gives (PATCH by the extension's path).
    #[track_caller]
    pub fn set_group_roles(&self, id: &str, roles: &[&str]) -> Answer {
        let path = format!("{GROUP_EXTENSION}:LambdatestRoles");
        self.patch_group(id, json!([{"op": "replace", "path": path, "value": roles}]))
    }

    /// PATCH of a group with these operations.
    #[track_caller]
    pub fn patch_group(&self, id: &str, operations: Value) -> Answer {
        self.scim.patch(format!("/Groups/{id}"), json!({"schemas": [PATCH_SCHEMA], "Operations": operations}))
    }

    /// PATCH of a user with these operations.
    #[track_caller]
    pub fn patch_user(&self, id: &str, operations: Value) -> Answer {
        self.scim.patch(format!("/Users/{id}"), json!({"schemas": [PATCH_SCHEMA], "Operations": operations}))
    }

    #[track_caller]
    pub fn add_member(&self, group: &str, user: &str) {
        let value = json!([member(user)]);
        self.patch_group(group, json!([{"op": "add", "path": "members", "value": value}])).expect(200);
    }

    #[track_caller]
    pub fn remove_member(&self, group: &str, user: &str) {
        let path = format!("members[value eq \"{user}\"]");
        self.patch_group(group, json!([{"op": "remove", "path": path}])).expect(200);
    }

    #[track_caller]
    pub fn rename(&self, group: &str, name: &str) -> Answer {
        self.patch_group(group, json!([{"op": "replace", "path": "displayName", "value": name}])).expect(200)
    }

    #[track_caller]
    pub fn delete_group(&self, id: &str) {
        self.scim.delete(format!("/Groups/{id}")).expect(204);
    }

    #[track_caller]
    pub fn delete_user(&self, id: &str) {
        self.scim.delete(format!("/Users/{id}")).expect(204);
    }

    /// The ids of a group's members as SCIM shows them, sorted.
    #[track_caller]
    pub fn members_of_group(&self, id: &str) -> Vec<String> {
        let group = self.scim.get(format!("/Groups/{id}")).expect(200).json;
        let list =
            group["members"].as_array().unwrap_or_else(|| panic!("members is not always there: {group}"));
        sorted(list.iter().map(|member| text(member, "value")))
    }
}

fn with_schema(schema: &str, mut attributes: Value) -> Value {
    let mut schemas = vec![json!(schema)];
    let keys = attributes.as_object().expect("an object of attributes").keys();
    schemas.extend(keys.filter(|key| key.starts_with("urn:")).map(|key| json!(key)));
    attributes["schemas"] = Value::Array(schemas);
    attributes
}
