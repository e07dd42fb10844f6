//! Random things that an IdP and an administrator do. What is refused is part of the history.

use serde_json::{Value, json};

use crate::common::{Tenant, USER_EXTENSION, member, text};

const NAMES: [&str; 9] = ["ann", "bob", "carl", "dora", "eve", "finn", "gil", "hal", "ida"];
const WORDS: [&str; 6] = ["T-Red", "T-Blue", "C-Fast", "C-Slow", "S-East", "S-West"];
const ROLES: [&str; 3] = ["Admin", "User", "Guest"];
const PLURALS: [&str; 3] = ["teams", "concurrency-groups", "sub-organizations"];

/// A history in progress.
pub struct History {
    /// xorshift64*, so that a seed is a history.
    state: u64,
    began: bool,
}

impl History {
    pub fn new(seed: u64) -> History {
        History { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, began: false }
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let number = self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % bound
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// One of a list's ids; one that nothing has while the list is empty.
    fn id(&mut self, server: &Tenant, path: &str) -> String {
        let items = server.items(path);
        if items.is_empty() { "none".to_owned() } else { text(&items[self.below(items.len())], "id") }
    }

    /// Does one thing.
    pub fn step(&mut self, server: &Tenant) {
        if !self.began {
            self.began = true;
            for (pattern, target_type) in
                [("T-", "team"), ("C-", "concurrency_group"), ("S-", "sub_organization")]
            {
                server.rule(json!({"kind": "prefix", "pattern": pattern, "target_type": target_type}));
            }
            WORDS[4..].iter().for_each(|name| drop(server.entity("sub-organizations", name)));
        }
        match self.below(16) {
            0..4 => self.push_user(server),
            4 => {
                let user = self.id(server, "/users");
                server.scim.delete(format!("/Users/{user}"));
            }
            5..8 => self.push_group(server),
            8..11 => self.change_group(server),
            11 => {
                let group = self.id(server, "/groups");
                server.scim.delete(format!("/Groups/{group}"));
            }
            12 | 13 => self.place_by_hand(server),
            14 => self.change_entity(server),
            _ => self.decide(server),
        }
    }

    fn push_user(&mut self, server: &Tenant) {
        let name = format!("{}@example.com", self.one(&NAMES));
        let mut user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name,
            "active": self.below(4) > 0});
        match self.below(4) {
            0 => user[USER_EXTENSION] = json!({"OrganizationRole": self.one(&ROLES)}),
            1 => user[USER_EXTENSION] = json!({"LambdatestGroup": self.one(&WORDS[2..4])}),
            _ => {}
        }
        if server.scim.post("/Users", &user).status == 409 {
            let id = self.id(server, "/users");
            server.scim.put(format!("/Users/{id}"), &user);
        }
    }

    fn members(&mut self, server: &Tenant) -> Vec<Value> {
        (0..self.below(4)).map(|_| member(&self.id(server, "/users"))).collect()
    }

    fn push_group(&mut self, server: &Tenant) {
        let roles = json!([self.one(&ROLES)]);
        let group = json!({"displayName": self.one(&WORDS), "members": self.members(server),
            "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group": {"LambdatestRoles": roles}});
        server.post_group(group);
    }

    fn change_group(&mut self, server: &Tenant) {
        let group = self.id(server, "/groups");
        let user = self.id(server, "/users");
        let operation = match self.below(4) {
            0 => json!({"op": "remove", "path": format!("members[value eq \"{user}\"]")}),
            1 => json!({"op": "replace", "path": "displayName", "value": self.one(&WORDS)}),
            2 => json!({"op": "replace", "path": "members", "value": self.members(server)}),
            _ => json!({"op": "add", "path": "members", "value": [member(&user)]}),
        };
        server.patch_group(&group, json!([operation]));
    }

    fn place_by_hand(&mut self, server: &Tenant) {
        let plural = self.one(&PLURALS);
        let (entity, user) = (self.id(server, &format!("/{plural}")), self.id(server, "/users"));
        let path = format!("/{plural}/{entity}/members/{user}");
        if self.below(3) == 0 {
            server.api.delete(path);
        } else {
            server.api.put(path, json!({}));
        }
    }

    fn change_entity(&mut self, server: &Tenant) {
        let plural = self.one(&PLURALS);
        let entity = self.id(server, &format!("/{plural}"));
        let name = self.one(&["Night", "Day", "T-Red", "C-Fast"]);
        match self.below(3) {
            0 => server.api.post(format!("/{plural}"), json!({"name": name})),
            1 => server.api.patch(format!("/{plural}/{entity}"), json!({"name": name})),
            _ => server.api.delete(format!("/{plural}/{entity}")),
        };
    }

    fn decide(&mut self, server: &Tenant) {
        let conflict = self.id(server, "/conflicts?status=open");
        let decision = self.one(&["use_incoming", "keep_current"]);
        server.api.post(format!("/conflicts/{conflict}/resolve"), json!({"decision": decision}));
        if self.below(3) == 0 {
            let feature = self.one(&["teams", "concurrency_groups", "sub_organizations"]);
            let on = self.below(3) > 0;
            server.api.patch("", json!({"features": {feature: on}}));
        }
    }

    /// A history in which nothing happens proves nothing.
    pub fn assert_was_eventful(&self, server: &Tenant) {
        let types = server.event_types_after(0);
        for kind in ["user.deleted", "user.role_changed", "assignment.granted", "assignment.revoked"] {
            let count = types.iter().filter(|found| *found == kind).count();
            assert!(count > 3, "{count} times {kind} among {} events", types.len());
        }
    }
}
