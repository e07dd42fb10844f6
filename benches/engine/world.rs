//! One organization on a file, filled without HTTP, and what runs beside a large change.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rollcall::clock::Clock;
use rollcall::directory::{About, Cause, Change, Directory, Policy, Pushed, create_organization};
use rollcall::ids::Ids;
use rollcall::mapping::approval::Choice;
use rollcall::model::entity::TargetType;
use rollcall::model::error::Result;
use rollcall::model::group::{GroupDocument, MemberChange};
use rollcall::model::id::{GroupId, OrganizationId, ResourceId};
use rollcall::model::organization::Features;
use rollcall::model::role::Role;
use rollcall::model::time::Timestamp;
use rollcall::model::user::UserDocument;
use rollcall::store::{NewOrganization, Store, Synchronous, Target};
use serde_json::json;

pub struct World {
    folder: tempfile::TempDir,
    directory: Directory,
    organization: OrganizationId,
    cause: Cause,
}

/// The longest that somebody had to wait beside a large change.
#[derive(Default)]
pub struct Beside {
    pub write: Duration,
    pub read: Duration,
}

impl World {
    pub fn new() -> World {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let target = Target::Serve(folder.path().join("rollcall.db"), Synchronous::Full);
        let store = Arc::new(Store::open(&target).unwrap());
        let now = Timestamp::from_millis(1_800_000_000_000);
        let directory = Directory::new(store, Clock::manual(now), Ids::deterministic(), Policy::default());
        let (ids, features) =
            (directory.ids().clone(), Features { group_provisioning: true, ..Features::default() });
        let new = NewOrganization {
            slug: "bench".to_owned(),
            name: "Bench".to_owned(),
            plan: String::new(),
            features,
            created: now,
        };
        let organization = directory.store().write(move |tx| create_organization(tx, &ids, &new)).unwrap();
        let cause = Cause {
            request_id: "018bcfe5-6800-7000-8000-000000000000".to_owned(),
            token: "PingOne".to_owned(),
            at: now,
        };
        World { folder, directory, organization, cause }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn change<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.change_about(&About::Nobody, operation)
    }

    fn change_about<T: Send + 'static>(
        &self,
        about: &About,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.directory.change_about(self.organization, self.cause.clone(), about, operation).unwrap()
    }

    pub fn users(&self, count: usize) -> Vec<ResourceId> {
        self.change(move |change| {
            (0..count).map(|number| Ok(change.create_user(person(number, ""))?.resource_id)).collect()
        })
    }

    pub fn group(&self, name: &str, members: &[ResourceId]) -> (ResourceId, GroupId) {
        let members = members.iter().map(|id| id.0.clone()).collect();
        let pushed = Pushed { document: group(name, Vec::new()), members: vec![MemberChange::Add(members)] };
        let group = self.change(move |change| change.create_group(&pushed));
        (group.resource_id, group.id)
    }

    pub fn approve(&self, group: &ResourceId, target_type: TargetType) {
        let group = group.clone();
        let choice = Choice::Named { name: format!("Of {group}"), create: true };
        let about = About::Group(group.clone());
        self.change_about(&about, move |change| change.map_group(&group, target_type, &choice).map(drop));
    }

    pub fn give_role(&self, id: &ResourceId, role: Role) {
        let id = id.clone();
        self.change_about(&About::Group(id.clone()), move |change| {
            change
                .update_group(&id, |_, stored| {
                    Ok(Pushed { document: group(&stored.display_name, vec![role]), members: Vec::new() })
                })
                .map(drop)
        });
    }

    pub fn delete(&self, group: &ResourceId) {
        let group = group.clone();
        let about = About::Group(group.clone());
        self.change_about(&about, move |change| change.delete_group(&group, |_| Ok(())));
    }

    pub fn member(&self, id: &ResourceId, user: &ResourceId, comes: bool) {
        let (id, users) = (id.clone(), vec![user.0.clone()]);
        let step = if comes { MemberChange::Add(users) } else { MemberChange::Remove(users) };
        self.change(move |change| {
            let edit = |document| Ok(Pushed { document, members: vec![step] });
            change
                .update_group(&id, |_, stored| edit(group(&stored.display_name, stored.roles.clone())))
                .map(drop)
        });
    }

    /// Runs a large change, and beside it one thread that writes and one that reads.
    pub fn beside(&self, users: &[ResourceId], large: impl FnOnce()) -> (Duration, Beside) {
        let stop = AtomicBool::new(false);
        let longest = |act: &dyn Fn(usize)| {
            let (mut longest, mut number) = (Duration::ZERO, 0);
            while !stop.load(Ordering::Relaxed) {
                let start = Instant::now();
                act(number);
                longest = longest.max(start.elapsed());
                number += 1;
                std::thread::sleep(Duration::from_millis(1));
            }
            longest
        };
        std::thread::scope(|scope| {
            let write = scope.spawn(|| longest(&|number| self.rename_user(users.last().unwrap(), number)));
            let read = scope.spawn(|| longest(&|number| self.read_user(&users[number % users.len()])));
            std::thread::sleep(Duration::from_millis(200));
            let start = Instant::now();
            large();
            let whole = start.elapsed();
            std::thread::sleep(Duration::from_millis(20));
            stop.store(true, Ordering::Relaxed);
            (whole, Beside { write: write.join().unwrap(), read: read.join().unwrap() })
        })
    }

    fn rename_user(&self, id: &ResourceId, number: usize) {
        let id = id.clone();
        let edit = move |name: &str| UserDocument { user_name: name.to_owned(), ..person(number, name) };
        self.change(move |change| change.update_user(&id, |_, stored| Ok(edit(&stored.user_name))).map(drop));
    }

    fn read_user(&self, id: &ResourceId) {
        let found = self.directory.store().read(|db| db.user(self.organization, id));
        assert!(found.unwrap().is_some());
    }
}

/// A user as an IdP pushes one; `number` is in the resource too, so that another one is a change.
fn person(number: usize, user_name: &str) -> UserDocument {
    let user_name =
        if user_name.is_empty() { format!("user-{number}@example.com") } else { user_name.to_owned() };
    UserDocument {
        resource: object(json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": user_name,
            "name": {"givenName": "Given", "familyName": format!("Family {number}")},
            "emails": [{"value": user_name, "type": "work", "primary": true}],
            "active": true,
        })),
        emails: vec![(Some("work".to_owned()), user_name.clone())],
        user_name,
        external_id: None,
        display_name: None,
        active: Some(true),
        own_role: None,
        concurrency_group: None,
    }
}

fn group(name: &str, roles: Vec<Role>) -> GroupDocument {
    GroupDocument {
        resource: object(json!({"displayName": name, "roles": roles})),
        display_name: name.to_owned(),
        external_id: None,
        roles,
    }
}

fn object(value: serde_json::Value) -> serde_json::Map<String, serde_json::Value> {
    match value {
        serde_json::Value::Object(members) => members,
        _ => serde_json::Map::new(),
    }
}
