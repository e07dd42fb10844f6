//! Tokens against a real database.

use std::sync::Arc;

use super::*;
use crate::clock::Clock;
use crate::directory::{Cause, Directory, Policy, TokenSpec, create_organization};
use crate::ids::Ids;
use crate::model::error::{Error, Kind, Result};
use crate::model::id::OrganizationId;
use crate::model::organization::Features;
use crate::model::time::Timestamp;
use crate::model::token::{Secret, Token, TokenKind};
use crate::scim::deviations::{Notes, Tolerance};
use crate::store::{NewOrganization, Page, Store, Target};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn request(header: &str) -> Request<'_> {
    Request {
        header: Some(header),
        browser: Browser::default(),
        scope: Scope::Scim,
        access: Access::Write,
        slug: None,
        now: NOW,
        tolerance: Tolerance::Lenient,
    }
}

struct World {
    directory: Directory,
    acme: OrganizationId,
}

impl World {
    fn new() -> World {
        let policy = Policy::default();
        let store = Arc::new(Store::open(&Target::Memory).unwrap());
        let directory = Directory::new(store, Clock::manual(NOW), Ids::deterministic(), policy);
        let create = |slug: &str| {
            let ids = directory.ids().clone();
            let new = NewOrganization {
                slug: slug.to_owned(),
                name: slug.to_owned(),
                plan: String::new(),
                features: Features::default(),
                created: NOW,
            };
            directory.store().write(move |tx| create_organization(tx, &ids, &new)).unwrap()
        };
        let acme = create("acme");
        create("other");
        World { directory, acme }
    }

    fn token(&self, kind: TokenKind, server_scope: bool, expires: Option<Timestamp>) -> (Token, Secret) {
        let spec = TokenSpec { name: "PingOne".to_owned(), kind, server_scope, read_only: false, expires };
        let cause = Cause { request_id: "r".to_owned(), token: "t".to_owned(), at: NOW };
        self.directory.change(self.acme, cause, move |change| change.create_token(&spec)).unwrap()
    }

    fn authenticate(&self, header: &str, kind: TokenKind, now: Timestamp) -> Result<Token> {
        let request = Request { now, ..request(header) };
        self.directory.store().read(|db| authenticate(db, &request, kind, &mut Notes::default()))
    }

    fn admit(&self, secret: &Secret, scope: Scope, slug: Option<&str>) -> Result<Option<Admitted>> {
        let header = format!("Bearer {}", secret.reveal());
        let request = Request { scope, slug, ..request(&header) };
        self.directory.store().read(|db| admit(db, &request))
    }
}

fn unauthorized(result: Result<Token>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized, "{error}");
    error.detail
}

#[test]
fn a_valid_token_is_known_in_every_form_that_idps_send() {
    let world = World::new();
    let (token, secret) = world.token(TokenKind::Scim, false, None);
    let text = secret.reveal();
    for header in [format!("Bearer {text}"), format!("bEARER {text}"), text.to_owned()] {
        assert_eq!(world.authenticate(&header, TokenKind::Scim, NOW).as_ref(), Ok(&token), "{header}");
    }
}

#[test]
fn an_unknown_token_is_told_by_its_look_alone() {
    let world = World::new();
    let stranger = Secret::make(TokenKind::Scim, [3; 32]);
    let text = stranger.reveal();
    for (sent, words) in [
        (text, "revoked, or another server"),
        (&text[..60], "incomplete or mistyped"),
        ("hunter2", "begin with \"rollcall_scim_\""),
    ] {
        let detail = unauthorized(world.authenticate(sent, TokenKind::Scim, NOW));
        assert!(detail.contains(words) && !detail.contains(sent), "{detail}");
    }
}

#[test]
fn only_the_right_secret_learns_that_its_token_expired_and_when() {
    let world = World::new();
    let expires = NOW.plus_seconds(60);
    let (_, secret) = world.token(TokenKind::Scim, false, Some(expires));
    assert!(world.authenticate(secret.reveal(), TokenKind::Scim, NOW).is_ok());
    let detail = unauthorized(world.authenticate(secret.reveal(), TokenKind::Scim, expires));
    assert!(detail.contains(&format!("\"PingOne\" expired on {expires}")), "{detail}");
}

#[test]
fn a_token_of_one_api_does_not_open_the_other() {
    let world = World::new();
    for (kind, other) in [(TokenKind::Scim, TokenKind::Admin), (TokenKind::Admin, TokenKind::Scim)] {
        let (_, secret) = world.token(kind, false, None);
        let detail = unauthorized(world.authenticate(secret.reveal(), other, NOW));
        assert!(detail.contains(&format!("is for {}", kind.api())), "{detail}");
    }
}

#[test]
fn a_revoked_token_is_refused_at_once_like_one_that_never_was() {
    let world = World::new();
    let (token, secret) = world.token(TokenKind::Scim, false, None);
    let cause = Cause { request_id: "r".to_owned(), token: "t".to_owned(), at: NOW };
    world.directory.change(world.acme, cause, move |change| change.revoke_token(token.id)).unwrap();
    let detail = unauthorized(world.authenticate(secret.reveal(), TokenKind::Scim, NOW));
    assert!(!detail.contains("PingOne"), "{detail}");
}

#[test]
fn a_scim_token_decides_the_organization() {
    let world = World::new();
    let (_, secret) = world.token(TokenKind::Scim, false, None);
    let admitted = world.admit(&secret, Scope::Scim, None).unwrap().unwrap();
    assert_eq!(admitted.organization.unwrap().slug, "acme");
    assert_eq!((admitted.actor.name.as_str(), admitted.actor.server_scope), ("PingOne", false));
}

#[test]
fn the_wrong_organization_and_none_are_the_same_404_interface_4() {
    let world = World::new();
    let (_, one) = world.token(TokenKind::Admin, false, None);
    let (_, server) = world.token(TokenKind::Admin, true, None);
    let organization = |secret: &Secret, slug: &str| {
        let admitted = world.admit(secret, Scope::Organization, Some(slug))?;
        Ok::<_, Error>(admitted.and_then(|admitted| admitted.organization).map(|found| found.slug))
    };
    assert_eq!(organization(&one, "acme"), Ok(Some("acme".to_owned())));
    assert_eq!(organization(&server, "other"), Ok(Some("other".to_owned())));
    let (wrong, none) =
        (organization(&one, "other").unwrap_err(), organization(&one, "nowhere").unwrap_err());
    assert_eq!((wrong.kind, none.kind), (Kind::NotFound, Kind::NotFound));
    assert_eq!(wrong.detail.replace("other", "X"), none.detail.replace("nowhere", "X"));
    assert_eq!(world.admit(&one, Scope::Server, None).unwrap_err().kind, Kind::Forbidden);
    assert_eq!(world.admit(&server, Scope::Server, None).unwrap().unwrap().organization, None);
}

#[test]
fn a_public_route_asks_for_nothing_whatever_is_sent() {
    let world = World::new();
    assert_eq!(world.admit(&Secret::presented("wrong"), Scope::Public, None), Ok(None));
}

#[test]
fn last_use_is_written_later_and_once_a_minute_at_most() {
    let world = World::new();
    let store = world.directory.store();
    let (token, _) = world.token(TokenKind::Scim, false, None);
    let stored = || {
        let tokens = store.read(|db| db.tokens(world.acme, Page { after: 0, limit: 10 })).unwrap();
        tokens.into_iter().next().unwrap()
    };
    let notes = LastUsed::default();
    notes.note(&Credential::Token(token), NOW);
    assert_eq!(stored().last_used, None, "a request does not write");
    notes.write(store).unwrap();
    assert_eq!(stored().last_used, Some(NOW));
    for (seconds, expected) in [(59, NOW), (60, NOW.plus_seconds(60))] {
        notes.note(&Credential::Token(stored()), NOW.plus_seconds(seconds));
        notes.write(store).unwrap();
        assert_eq!(stored().last_used, Some(expected), "after {seconds} s");
    }
}
