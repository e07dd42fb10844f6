//! A follower that keeps everybody's role and every place, from snapshot and feed alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::common::{Tenant, event_id, text};

/// What is kept of a person; entities by id.
#[derive(Clone, Debug, Default)]
struct Kept {
    name: String,
    active: bool,
    role: String,
    teams: BTreeSet<String>,
    concurrency_group: String,
    sub_organization: Option<String>,
}

/// A program that follows.
#[derive(Default)]
pub struct Follower {
    after: Option<u64>,
    people: BTreeMap<String, Kept>,
    /// The names of entities, by id.
    entities: BTreeMap<String, String>,
}

/// A person with the names of places, to compare.
type Person = (String, bool, String, Vec<String>, String, Option<String>);

/// Everybody as `GET /users` reports them.
pub fn people_by_api(server: &Tenant) -> BTreeMap<String, Person> {
    let person = |user: &Value| {
        let mut teams: Vec<String> =
            user["teams"].as_array().unwrap().iter().map(|team| text(team, "name")).collect();
        teams.sort();
        let group = text(&user["concurrency_group"], "name");
        let sub_organization = user["sub_organization"]["name"].as_str().map(str::to_owned);
        let (active, role) = (user["active"].as_bool().unwrap(), text(&user["role"], "effective"));
        (text(user, "id"), (text(user, "user_name"), active, role, teams, group, sub_organization))
    };
    server.items("/users").iter().map(person).collect()
}

impl Follower {
    /// Reads the snapshot in small pages, with `between` after each of them.
    pub fn begin(server: &Tenant, mut between: impl FnMut()) -> Follower {
        let mut follower = Follower::default();
        let mut after = String::new();
        loop {
            let page = server.api.get(format!("/snapshot?limit=3&after={after}")).expect(200).json;
            follower.after = Some(text(&page, "events_after").parse().unwrap());
            for user in page["items"].as_array().unwrap() {
                follower.put(user);
                follower.place(user);
            }
            between();
            let Some(next) = page["next"].as_str() else { return follower };
            after = next.to_owned();
        }
    }

    /// Reads the feed to its end.
    pub fn follow(&mut self, server: &Tenant) {
        if self.after.is_none() {
            *self = Follower::begin(server, || {});
        }
        for event in server.events_after(self.after.unwrap()) {
            self.take(&event);
            self.after = Some(event_id(&event));
        }
    }

    fn take(&mut self, event: &Value) {
        let user = || text(&event["user"], "id");
        match event["type"].as_str().unwrap() {
            "user.created" | "user.restored" => {
                self.put(&event["user"]);
                self.place(&event["user"]);
            }
            "user.updated" | "user.activated" | "user.deactivated" => self.put(&event["user"]),
            "user.deleted" => drop(self.people.remove(&user())),
            "user.role_changed" => {
                self.people.entry(user()).and_modify(|kept| kept.role = text(event, "new"));
            }
            "assignment.granted" | "assignment.revoked" => self.take_assignment(event),
            "entity.created" | "entity.renamed" => drop(self.name(&event["entity"])),
            _ => {}
        }
    }

    fn take_assignment(&mut self, event: &Value) {
        let entity = self.name(&event["entity"]);
        let group = (!event["concurrency_group"].is_null()).then(|| self.name(&event["concurrency_group"]));
        let sub = (!event["sub_organization"].is_null()).then(|| self.name(&event["sub_organization"]));
        let Some(kept) = self.people.get_mut(&text(&event["user"], "id")) else { return };
        match (event["entity"]["type"].as_str().unwrap(), event["member"].as_bool()) {
            ("team", Some(true)) => drop(kept.teams.insert(entity)),
            ("team", Some(false)) => drop(kept.teams.remove(&entity)),
            ("concurrency_group", None) => kept.concurrency_group = group.unwrap(),
            ("sub_organization", None) => kept.sub_organization = sub,
            other => panic!("{other:?} in {event}"),
        }
    }

    fn put(&mut self, user: &Value) {
        let kept = self.people.entry(text(user, "id")).or_default();
        kept.name = text(user, "user_name");
        kept.active = user["active"].as_bool().unwrap();
        kept.role = text(&user["role"], "effective");
    }

    fn place(&mut self, user: &Value) {
        let teams = user["teams"].as_array().unwrap().iter().map(|team| self.name(team)).collect();
        let group = self.name(&user["concurrency_group"]);
        let sub = (!user["sub_organization"].is_null()).then(|| self.name(&user["sub_organization"]));
        let kept = self.people.get_mut(&text(user, "id")).unwrap();
        (kept.teams, kept.concurrency_group, kept.sub_organization) = (teams, group, sub);
    }

    /// Remembers an entity's name; gives its id.
    fn name(&mut self, entity: &Value) -> String {
        let id = text(entity, "id");
        self.entities.insert(id.clone(), text(entity, "name"));
        id
    }

    /// Everybody, with the names of places.
    pub fn people(&self) -> BTreeMap<String, Person> {
        let name = |id: &String| self.entities[id].clone();
        let person = |(id, kept): (&String, &Kept)| {
            let mut teams: Vec<String> = kept.teams.iter().map(name).collect();
            teams.sort();
            let sub = kept.sub_organization.as_ref().map(name);
            let group = name(&kept.concurrency_group);
            (id.clone(), (kept.name.clone(), kept.active, kept.role.clone(), teams, group, sub))
        };
        self.people.iter().map(person).collect()
    }
}
