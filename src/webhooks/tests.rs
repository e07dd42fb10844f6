//! The dispatcher with a clock of its own: waits, days of failure, events that the feed no longer has.

#[path = "../../tests/it/common/receiver.rs"]
#[allow(dead_code, reason = "the integration tests look closer at what arrives")]
mod receiver;

use std::sync::Arc;
use std::time::{Duration, Instant};

use receiver::Receiver;
use serde_json::json;

use crate::clock::{Clock, Hand};
use crate::config::{AddressPolicy, Network, Webhooks};
use crate::directory::{Cause, Directory, Policy, WebhookEdit, create_organization};
use crate::ids::Ids;
use crate::model::event::EventKind;
use crate::model::id::{OrganizationId, ResourceId};
use crate::model::organization::Features;
use crate::model::time::Timestamp;
use crate::model::webhook::{Delivery, DeliveryStatus, Disabled, Webhook, WebhookUrl};
use crate::store::{NewEvent, NewOrganization, Page, Store, Target};
use crate::webhooks::{Dispatcher, Settings};

const START: i64 = 1_795_529_154_120;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// An organization with one endpoint, which is told of events of users.
struct World {
    directory: Directory,
    clock: Hand,
    organization: OrganizationId,
    endpoint: ResourceId,
    receiver: Receiver,
    _dispatcher: Dispatcher,
}

impl World {
    fn new() -> World {
        let clock = Hand::default();
        clock.set(Timestamp::from_millis(START));
        let store = Arc::new(Store::open(&Target::Memory).unwrap());
        let directory =
            Directory::new(store, Clock::Manual(clock.clone()), Ids::deterministic(), Policy::default());
        let (ids, created) = (directory.ids().clone(), Timestamp::from_millis(START));
        let (slug, name) = ("acme".to_owned(), "Acme".to_owned());
        let new = NewOrganization { slug, name, plan: String::new(), features: Features::default(), created };
        let organization = directory.store().write(move |tx| create_organization(tx, &ids, &new)).unwrap();
        let receiver = Receiver::start();
        let url = WebhookUrl::parse(&receiver.url()).unwrap();
        let types = crate::model::webhook::EventTypes::parse(vec!["user.*".to_owned()]).unwrap();
        let rest = WebhookEdit { types: Some(types), ..WebhookEdit::default() };
        let made =
            directory.change(organization, cause(created), move |change| change.create_webhook(url, rest));
        let allow = vec![Network::parse("127.0.0.0/8").unwrap()];
        let settings = Settings {
            addresses: AddressPolicy::of(&Webhooks { allow, ..Webhooks::default() }),
            give_up_days: 2,
        };
        let dispatcher = Dispatcher::start(&directory, settings).unwrap();
        let endpoint = made.unwrap().resource_id;
        World { directory, clock, organization, endpoint, receiver, _dispatcher: dispatcher }
    }

    fn now(&self) -> Timestamp {
        Clock::Manual(self.clock.clone()).now()
    }

    fn pass(&self, millis: i64) {
        self.clock.set(self.now().plus_millis(millis));
    }

    /// Records that many events of users.
    fn events(&self, count: usize) {
        let (organization, now) = (self.organization, self.now());
        let event = NewEvent { kind: EventKind::UserUpdated, data: json!({"user": {"id": "ann"}}) };
        let events = vec![event; count];
        self.directory.store().write(move |tx| tx.record(organization, now, "r", &events)).unwrap();
    }

    fn webhook(&self) -> Webhook {
        let found = self.directory.store().read(|db| db.webhook(self.organization, &self.endpoint));
        found.unwrap().unwrap()
    }

    /// The log, oldest first.
    fn log(&self) -> Vec<Delivery> {
        let (id, page) = (self.webhook().id, Page { after: 0, limit: 2_000 });
        let mut log = self.directory.store().read(|db| db.deliveries(id, page)).unwrap();
        log.reverse();
        log
    }

    fn wait_until(&self, is_so: impl Fn(&Webhook) -> bool) -> Webhook {
        let start = Instant::now();
        loop {
            let webhook = self.webhook();
            if is_so(&webhook) {
                return webhook;
            }
            assert!(start.elapsed() < Duration::from_secs(10), "{webhook:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn wait_for_failures(&self, failures: u32) -> Webhook {
        self.wait_until(|webhook| webhook.trouble.is_some_and(|trouble| trouble.failures == failures))
    }
}

fn cause(at: Timestamp) -> Cause {
    Cause { request_id: "r".to_owned(), token: "test".to_owned(), at }
}

/// Long enough for the dispatcher to have looked again.
fn a_look() {
    std::thread::sleep(Duration::from_millis(600));
}

#[test]
fn it_tries_again_when_the_wait_is_over_and_not_before() {
    let world = World::new();
    world.receiver.answer("500 Internal Server Error");
    world.events(2);
    world.wait_for_failures(1);
    world.pass(4_999);
    a_look();
    assert_eq!(world.receiver.count(), 1);
    world.pass(1);
    world.wait_for_failures(2);
    world.pass(9_999);
    a_look();
    assert_eq!(world.receiver.count(), 2);
    world.receiver.answer("200 OK");
    world.pass(1);
    let webhook = world.wait_until(|webhook| webhook.trouble.is_none());
    assert_eq!(world.receiver.wait_for(4).len(), 4);
    world.wait_until(|now| now.cursor > webhook.cursor || now.cursor == 3);
    let log: Vec<_> = world.log().iter().map(|one| (one.event, one.status, one.attempts)).collect();
    assert_eq!(log, [(Some(2), DeliveryStatus::Delivered, 3), (Some(3), DeliveryStatus::Delivered, 1)]);
}

#[test]
fn it_is_disabled_after_days_of_failure_and_a_success_in_between_starts_the_count_anew() {
    let world = World::new();
    world.receiver.answer("500 Internal Server Error");
    world.events(1);
    world.wait_for_failures(1);
    world.receiver.answer("200 OK");
    world.pass(DAY);
    world.wait_until(|webhook| webhook.trouble.is_none());
    world.receiver.answer("500 Internal Server Error");
    world.events(1);
    world.wait_for_failures(1);
    world.pass(2 * DAY - 1);
    world.wait_for_failures(2);
    assert_eq!(world.webhook().disabled, None);
    world.pass(DAY);
    let webhook = world.wait_until(|webhook| webhook.disabled.is_some());
    assert_eq!(webhook.disabled, Some(Disabled::Failing));
    let events = world.directory.store().read(|db| db.events(world.organization, 0, 100)).unwrap();
    let last = events.last().unwrap();
    assert_eq!(last.kind, "settings.changed");
    assert!(last.data.contains("\"change\":\"disabled\""), "{}", last.data);
    assert_eq!(world.log().last().map(|one| one.status), Some(DeliveryStatus::Failed));
    let sent = world.receiver.count();
    world.pass(30 * DAY);
    world.events(1);
    a_look();
    assert_eq!(world.receiver.count(), sent, "nothing is sent any more");
}

#[test]
fn the_log_keeps_a_thousand_messages_of_an_endpoint() {
    let world = World::new();
    world.events(1_250);
    world.receiver.wait_for(1_250);
    world.wait_until(|webhook| webhook.cursor == 1_251);
    let log = world.log();
    assert_eq!((log.len(), log.last().and_then(|one| one.event)), (1_000, Some(1_251)));
}
