//! Bounds and retention of the request log, with a clock that the test sets.

use std::sync::Arc;
use std::time::Instant;

use crate::clock::Clock;
use crate::directory::requests::log::{MOST_KNOWN, Presented, RequestLogSettings};
use crate::directory::{Cause, Directory, Policy, create_organization, explain};
use crate::ids::Ids;
use crate::model::draft::{Draft, Ending, Head, Sender};
use crate::model::id::{OrganizationId, TokenId};
use crate::model::organization::Features;
use crate::model::request::RequestFilter;
use crate::model::time::Timestamp;
use crate::model::user::UserDocument;
use crate::store::{NewOrganization, Store, Target, Walk};

const NOW: Timestamp = Timestamp::from_millis(1_795_529_154_120);
const DAY: i64 = 86_400_000;

struct World {
    directory: Directory,
    organization: OrganizationId,
}

impl World {
    fn new(keep_days: Option<u32>, keep_bytes: Option<i64>) -> World {
        let settings = RequestLogSettings { enabled: true, keep_days, keep_bytes, record_bodies: true };
        let store = Arc::new(Store::open(&Target::Memory).unwrap());
        let directory = Directory::new(store, Clock::manual(NOW), Ids::deterministic(), Policy::default())
            .with_requests(settings);
        let new = NewOrganization {
            slug: "acme".to_owned(),
            name: "Acme".to_owned(),
            plan: String::new(),
            features: Features { group_provisioning: true, ..Features::default() },
            created: NOW,
        };
        let ids = directory.ids().clone();
        let organization = directory.store().write(move |tx| create_organization(tx, &ids, &new)).unwrap();
        World { directory, organization }
    }

    fn draft(&self, id: &str, at: Timestamp, address: &str) -> Arc<Draft> {
        Arc::new(Draft::new(Head {
            id: id.to_owned(),
            at,
            received: Instant::now(),
            address: address.to_owned(),
            user_agent: None,
            method: "GET".to_owned(),
            path: "/scim/v2/Users".to_owned(),
            query: None,
        }))
    }

    fn sender(&self) -> Sender {
        Sender { organization: self.organization, token: TokenId(1), name: "idp".to_owned() }
    }

    /// Leaves a request with a valid token.
    fn leave(&self, id: &str, at: Timestamp) {
        let draft = self.draft(id, at, "192.0.2.1");
        draft.admit(self.sender());
        draft.record_bodies(Some("{\"a\":1}".to_owned()));
        self.directory.requests().leave(draft, ending(200), None, None);
    }

    /// Leaves one with a token that is not valid.
    fn knock(&self, at: Timestamp, address: &str, prefix: &str) {
        let presented = Presented { hash: [7; 32], prefix: prefix.to_owned() };
        self.directory.requests().leave(self.draft("k", at, address), ending(401), Some(presented), None);
    }

    fn ids(&self) -> Vec<String> {
        let walk = Walk::Back(None);
        let all = RequestFilter::default();
        let (found, _) = self.directory.list_requests(self.organization, &all, walk, 100_000).unwrap();
        found.into_iter().map(|request| request.id).collect()
    }

    fn bytes(&self) -> i64 {
        self.directory.store().read(|db| db.requests_bytes()).unwrap()
    }
}

fn ending(status: u16) -> Ending {
    Ending { status, scim_type: None, detail: None }
}

#[test]
fn what_is_older_than_keep_days_goes_and_the_rest_stays() {
    let world = World::new(Some(30), None);
    for (id, days) in [("oldest", 40), ("old", 31), ("young", 29), ("new", 0)] {
        world.leave(id, NOW.plus_millis(-days * DAY));
    }
    assert_eq!(world.ids().len(), 4);
    world.directory.prune_requests().unwrap();
    assert_eq!(world.ids(), ["new", "young"]);
    assert!(world.directory.whole_request(world.organization, "old").unwrap().is_none());
    let young = world.directory.whole_request(world.organization, "young").unwrap().unwrap();
    assert_eq!(young.bodies.request.as_deref(), Some("{\"a\":1}"));
}

#[test]
fn a_log_over_its_size_loses_the_oldest_and_counts_right_to_the_end() {
    let world = World::new(None, None);
    (0..1_500).for_each(|number| world.leave(&format!("r{number}"), NOW));
    assert_eq!(world.ids().len(), 1_500);
    let each = world.bytes() / 1_500;
    assert!(each > 200, "{each}");
    let prune = |bytes| {
        let step = move |tx: &crate::store::Tx<'_>| tx.prune_requests(None, Some(bytes), 500);
        world.directory.store().write(step).unwrap()
    };
    let limit = each * 300;
    assert_eq!([prune(limit), prune(limit)], [500, 500], "small steps");
    let last = prune(limit);
    assert!((195..=205).contains(&last), "{last}");
    assert_eq!(prune(limit), 0);
    assert!(world.bytes() <= limit);
    assert_eq!(world.ids().first().unwrap(), "r1499");
    assert!(prune(0) > 0);
    assert_eq!((world.ids().len(), world.bytes()), (0, 0));
}

#[test]
fn without_limits_nothing_goes() {
    let world = World::new(None, None);
    world.leave("ancient", NOW.plus_millis(-10_000 * DAY));
    world.ids();
    world.directory.prune_requests().unwrap();
    assert_eq!(world.ids(), ["ancient"]);
}

#[test]
fn what_does_not_fit_while_nothing_is_written_is_counted_and_never_waits() {
    let world = World::new(None, None);
    (0..MOST_KNOWN + 5).for_each(|_| world.leave("r", NOW));
    assert_eq!(world.directory.requests().dropped(), 5);
    assert_eq!(world.ids().len(), MOST_KNOWN);
}

#[test]
fn strangers_have_few_rows_however_many_addresses_and_tokens_they_try() {
    let world = World::new(None, None);
    world.knock(NOW, "192.0.2.7", "rollcall_scim_aaaaaa");
    world.knock(NOW, "192.0.2.7", "rollcall_scim_aaaaaa");
    for address in 0..1_500 {
        for token in 0..3 {
            world.knock(NOW, &format!("198.51.{}.{}", address / 250, address % 250), &format!("t{token}"));
        }
        world.directory.write_requests().unwrap();
    }
    let rows = world.directory.list_unknown_requests(None, 100_000).unwrap();
    assert!(rows.len() <= 1_001, "{}", rows.len());
    assert_eq!(rows.iter().map(|row| row.count).sum::<i64>(), 4_502);
    let mine = rows.iter().find(|row| row.address == "192.0.2.7").unwrap();
    assert_eq!((mine.count, mine.token_prefix.as_str()), (2, "rollcall_scim_aaaaaa"));
    // Later, rows that have long been quiet make room.
    world.knock(NOW.plus_millis(2 * 3_600_000), "203.0.113.1", "new");
    let rows = world.directory.list_unknown_requests(None, 100_000).unwrap();
    assert_eq!(rows.first().map(|row| row.address.as_str()), Some("203.0.113.1"));
    assert!(rows.len() <= 1_001);
}

#[test]
fn explain_still_names_request_and_token_when_the_log_has_forgotten_the_request() {
    let world = World::new(Some(1), None);
    let at = NOW.plus_millis(-5 * DAY);
    let cause = Cause { request_id: "r-ann".to_owned(), token: "PingOne".to_owned(), at };
    let document = UserDocument {
        resource: serde_json::Map::new(),
        user_name: "ann@example.com".to_owned(),
        external_id: None,
        display_name: None,
        active: Some(true),
        own_role: None,
        concurrency_group: Some("Default".to_owned()),
        emails: Vec::new(),
    };
    let draft = world.draft("r-ann", at, "192.0.2.1");
    let (directory, organization, sender) = (world.directory.clone(), world.organization, world.sender());
    let user = world
        .directory
        .store()
        .write(move |tx| {
            let user = directory.run(tx, organization, cause, |change| change.create_user(document))?;
            tx.log_request(&draft, &sender, &ending(201), 1, Some((1, 1)))?;
            Ok(user)
        })
        .unwrap();
    assert_eq!(world.ids(), ["r-ann"]);
    world.directory.prune_requests().unwrap();
    assert_eq!(world.ids(), Vec::<String>::new());
    let told = world.directory.store().read(|db| explain(db, user)).unwrap().to_json().to_string();
    assert!(told.contains("r-ann") && told.contains("PingOne"), "{told}");
}
