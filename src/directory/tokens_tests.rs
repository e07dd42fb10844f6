use std::sync::Arc;

use super::*;
use crate::clock::Clock;
use crate::directory::{Cause, Directory, Policy, create_organization};
use crate::ids::Ids;
use crate::model::error::Kind;
use crate::model::id::OrganizationId;
use crate::model::organization::Features;
use crate::model::token::Form;
use crate::store::{NewOrganization, Store, Target};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const DAY: i64 = 86_400;

struct World {
    directory: Directory,
    organization: OrganizationId,
}

impl World {
    fn new() -> World {
        let policy = Policy::default();
        let store = Arc::new(Store::open(&Target::Memory).unwrap());
        let directory = Directory::new(store, Clock::manual(NOW), Ids::deterministic(), policy);
        let ids = directory.ids().clone();
        let new = NewOrganization {
            slug: "default".to_owned(),
            name: "Default".to_owned(),
            plan: String::new(),
            features: Features::default(),
            created: NOW,
        };
        let organization = directory.store().write(move |tx| create_organization(tx, &ids, &new)).unwrap();
        World { directory, organization }
    }

    fn change<T: Send + 'static>(
        &self,
        at: Timestamp,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let cause = Cause { request_id: "r".to_owned(), token: "t".to_owned(), at };
        self.directory.change(self.organization, cause, operation)
    }

    fn create(&self, spec: TokenSpec) -> Result<(Token, Secret)> {
        self.change(NOW, move |change| change.create_token(&spec))
    }

    fn found(&self, secret: &Secret) -> Option<Token> {
        self.directory.store().read(|db| db.token_by_hash(&secret.hash())).unwrap()
    }

    fn events(&self) -> Vec<(String, String)> {
        let events = self.directory.store().read(|db| db.events(self.organization, 0, 100)).unwrap();
        events.into_iter().map(|event| (event.kind, event.data)).collect()
    }
}

fn spec(name: &str) -> TokenSpec {
    TokenSpec {
        name: name.to_owned(),
        kind: TokenKind::Scim,
        server_scope: false,
        read_only: false,
        expires: None,
    }
}

#[test]
fn a_token_is_found_by_its_secret_and_the_secret_is_in_no_event() {
    let world = World::new();
    let (token, secret) = world.create(spec("PingOne")).unwrap();
    assert_eq!(secret.form(), Form::Whole(TokenKind::Scim));
    assert_eq!(world.found(&secret), Some(token.clone()));
    let events = world.events();
    assert_eq!(events.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["token.created"]);
    assert!(events[0].1.contains("PingOne") && !events[0].1.contains(secret.reveal()));
    assert!(secret.reveal().starts_with(&token.prefix));
}

#[test]
fn what_a_token_cannot_be_is_refused_by_field() {
    let world = World::new();
    let bad = [
        ("name", spec("")),
        ("name", spec("  ")),
        ("name", spec("a\nb")),
        ("name", spec(&"n".repeat(201))),
        ("expires_at", TokenSpec { expires: Some(NOW), ..spec("late") }),
        ("server_scope", TokenSpec { server_scope: true, ..spec("wide") }),
    ];
    for (field, spec) in bad {
        let error = world.create(spec.clone()).unwrap_err();
        assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidValue, Some(field)), "{spec:?}");
    }
    assert!(world.create(spec(&"\u{e9}".repeat(200))).is_ok());
}

#[test]
fn a_rotated_token_works_through_its_grace_period_beside_the_new_one() {
    let world = World::new();
    let (old, old_secret) = world.create(TokenSpec { read_only: true, ..spec("Okta") }).unwrap();
    let later = NOW.plus_seconds(10);
    let (new, new_secret) =
        world.change(later, move |change| change.rotate_token(old.id, ROTATION_GRACE)).unwrap();
    assert_eq!((new.name.as_str(), new.kind, new.read_only), ("Okta", TokenKind::Scim, true));
    assert_eq!((new.created, new.expires), (later, None));
    assert_eq!(world.found(&old_secret).unwrap().expires, Some(later.plus_seconds(DAY)));
    assert_ne!(new_secret.reveal(), old_secret.reveal());
    assert_eq!(world.events().last().unwrap().0, "token.rotated");
}

#[test]
fn rotation_never_lengthens_a_life_and_the_new_token_is_given_the_same_one() {
    let world = World::new();
    let expires = Some(NOW.plus_seconds(DAY / 2));
    let (old, old_secret) = world.create(TokenSpec { expires, ..spec("short") }).unwrap();
    let later = NOW.plus_seconds(10);
    let (new, _) = world.change(later, move |change| change.rotate_token(old.id, ROTATION_GRACE)).unwrap();
    assert_eq!(world.found(&old_secret).unwrap().expires, expires);
    assert_eq!(new.expires, Some(later.plus_seconds(DAY / 2)));
    let refused = world.change(later, move |change| change.rotate_token(new.id, -1)).unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("grace_seconds"));
}

#[test]
fn a_replaced_token_is_not_rotated_again_while_its_successor_lives() {
    let world = World::new();
    let (old, _) = world.create(spec("PingOne")).unwrap();
    world.create(TokenSpec { kind: TokenKind::Admin, ..spec("PingOne") }).unwrap();
    let (new, _) = world.change(NOW, move |change| change.rotate_token(old.id, DAY)).unwrap();
    let refused = world.change(NOW, move |change| change.rotate_token(old.id, DAY)).unwrap_err();
    assert_eq!(refused.kind, Kind::Conflict);
    assert!(refused.detail.contains(&format!("token {}", new.id)), "{refused}");
    let (third, _) = world.change(NOW, move |change| change.rotate_token(new.id, DAY)).unwrap();
    assert_eq!(third.expires, None, "a token without an end is followed by tokens without an end");
}

#[test]
fn a_revoked_token_is_gone_at_once() {
    let world = World::new();
    let (token, secret) = world.create(spec("PingOne")).unwrap();
    world.change(NOW, move |change| change.revoke_token(token.id)).unwrap();
    assert_eq!(world.found(&secret), None);
    let again = world.change(NOW, move |change| change.revoke_token(token.id)).unwrap_err();
    assert_eq!(again.kind, Kind::NotFound);
}

/// What the feed says of tokens that end soon, after housekeeping at each of these instants.
fn warnings(world: &World, days: &[i64]) -> Vec<String> {
    let Clock::Manual(hand) = world.directory.clock() else { panic!("a clock with a hand") };
    for day in days {
        hand.set(NOW.plus_seconds(day * DAY));
        world.directory.warn_of_expiring_tokens().unwrap();
    }
    let events = world.events().into_iter().filter(|(kind, _)| kind == "token.expiring");
    events.map(|(_, data)| data).collect()
}

fn expiring_in(days: i64) -> TokenSpec {
    TokenSpec {
        name: "PingOne".to_owned(),
        kind: TokenKind::Scim,
        server_scope: false,
        read_only: false,
        expires: Some(NOW.plus_seconds(days * DAY)),
    }
}

#[test]
fn a_token_that_ends_soon_is_in_the_feed_twice_and_without_its_secret() {
    let world = World::new();
    let (_, secret) = world.create(expiring_in(90)).unwrap();
    let said = warnings(&world, &[0, 82, 83, 83, 84, 89, 89]);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("PingOne") && !said[0].contains(secret.reveal()));
    assert_eq!(world.directory.count_expiring_tokens(), Ok(1));
    assert_eq!(warnings(&world, &[90, 91]).len(), 2, "it has ended");
    assert_eq!(world.directory.count_expiring_tokens(), Ok(0));
}

#[test]
fn the_old_token_of_a_rotation_is_spoken_of_only_while_it_is_used() {
    let world = World::new();
    let (old, _) = world.create(TokenSpec { expires: None, ..expiring_in(1) }).unwrap();
    world.change(NOW.plus_seconds(DAY), move |change| change.rotate_token(old.id, 3 * DAY)).unwrap();
    assert_eq!(warnings(&world, &[2, 3]), Vec::<String>::new());
    world.directory.store().write(move |tx| tx.set_token_used(old.id, NOW.plus_seconds(2 * DAY))).unwrap();
    assert_eq!(warnings(&world, &[3]).len(), 1, "somebody has not entered the new one");
}
