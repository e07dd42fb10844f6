//! What only many changes show: how history is bounded.

use std::sync::Arc;

use serde_json::json;

use crate::clock::Clock;
use crate::directory::{Cause, Change, Directory, Policy, create_organization, explain};
use crate::ids::Ids;
use crate::model::entity::TargetType;
use crate::model::error::Result;
use crate::model::history::Ending;
use crate::model::id::OrganizationId;
use crate::model::organization::Features;
use crate::model::time::Timestamp;
use crate::model::user::UserDocument;
use crate::store::{NewOrganization, Store, Target};

fn change<T: Send + 'static>(
    directory: &Directory,
    organization: OrganizationId,
    request: usize,
    operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
) -> T {
    let cause = Cause { request_id: request.to_string(), token: "t".to_owned(), at: directory.clock().now() };
    directory.change(organization, cause, operation).unwrap()
}

#[test]
fn of_each_user_the_newest_200_places_that_ended_are_kept_9_2() {
    let store = Arc::new(Store::open(&Target::Memory).unwrap());
    let now = Timestamp::from_millis(1_800_000_000_000);
    let directory = Directory::new(store, Clock::manual(now), Ids::deterministic(), Policy::default());
    let ids = directory.ids().clone();
    let new = NewOrganization {
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        plan: String::new(),
        features: Features::default(),
        created: now,
    };
    let acme = directory.store().write(move |tx| create_organization(tx, &ids, &new)).unwrap();
    let user = change(&directory, acme, 0, |change| {
        change.create_user(UserDocument {
            resource: serde_json::from_value(json!({"userName": "ann"})).unwrap(),
            user_name: "ann".to_owned(),
            external_id: None,
            display_name: None,
            active: Some(true),
            own_role: None,
            concurrency_group: None,
            emails: Vec::new(),
        })
    });
    let team =
        change(&directory, acme, 0, |change| change.create_entity(TargetType::Team, "Red")).resource_id;
    for round in 1..=205 {
        let (there, ann) = (team.clone(), user.resource_id.clone());
        change(&directory, acme, round, move |change| change.put_member(TargetType::Team, &there, &ann));
        let (there, ann) = (team.clone(), user.resource_id.clone());
        change(&directory, acme, round, move |change| change.remove_member(TargetType::Team, &there, &ann));
    }
    let explained = directory.store().read(|db| explain(db, db.user_by_row(user.id)?.unwrap())).unwrap();
    let ended: Vec<&str> = explained.past.iter().map(|past| past.past.ended.request_id.as_str()).collect();
    assert_eq!((ended.len(), ended.first(), ended.last()), (200, Some(&"205"), Some(&"6")));
    assert!(explained.past.iter().all(|past| past.past.ending == Ending::TakenAway));
}
