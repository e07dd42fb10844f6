use super::*;
use crate::admin::fixture::{World, call};
use crate::model::error::Kind;

#[test]
fn the_feed_gives_events_in_order_with_what_they_tell_beside_id_and_type() {
    let world = World::new();
    let user = world.user("ann@example.com", None);
    let (status, page) = world.ask(list, call());
    assert_eq!(status, 200);
    let first = &page["items"][0];
    assert_eq!(first["id"], "1");
    assert_eq!(first["type"], "user.created");
    assert_eq!(first["request_id"], "push");
    assert_eq!(first["at"], "2026-11-24T14:05:54.120Z");
    assert_eq!(first["user"]["id"], user.as_str());
    assert_eq!(page["next"], "1");
}

#[test]
fn pages_follow_each_other_and_next_is_there_also_when_nothing_happened() {
    let world = World::new();
    for name in ["a@example.com", "b@example.com", "c@example.com"] {
        world.user(name, None);
    }
    let (_, page) = world.ask(list, call().query(&[("limit", "2")]));
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    assert_eq!(page["next"], "2");
    let (_, page) = world.ask(list, call().query(&[("after", "2")]));
    assert_eq!(page["items"][0]["id"], "3");
    let (_, page) = world.ask(list, call().query(&[("after", "3")]));
    assert_eq!(page["items"].as_array().unwrap().len(), 0);
    assert_eq!(page["next"], "3");
}

#[test]
fn a_long_poll_waits_only_while_nothing_happened_and_never_beyond_a_minute() {
    let world = World::new();
    let parked = |time_is_up: Option<bool>| {
        let builder = call().query(&[("wait", "600")]);
        let builder = match time_is_up {
            Some(up) => builder.parked(up),
            None => builder,
        };
        world.reply(list, builder, false).unwrap()
    };
    assert!(matches!(parked(None), Reply::Park { seconds: 60, .. }));
    assert!(matches!(parked(Some(false)), Reply::Park { .. }), "woken for nothing");
    assert!(matches!(parked(Some(true)), Reply::Answer(_)));
    world.user("a@example.com", None);
    assert!(matches!(parked(Some(false)), Reply::Answer(_)));
    assert!(matches!(parked(None), Reply::Answer(_)));
}

#[test]
fn an_after_that_this_feed_did_not_give_is_refused() {
    let world = World::new();
    for wrong in ["1", "-1", "x", "99999999999999999999"] {
        let error = world.refusal(list, call().query(&[("after", wrong)]));
        assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidCursor, Some("after")), "{wrong}");
    }
    let error = world.refusal(list, call().query(&[("wait", "soon")]));
    assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidValue, Some("wait")));
}

#[test]
fn a_cursor_whose_next_event_is_kept_no_longer_is_gone_and_names_the_snapshot() {
    let world = World::new();
    for name in ["a@example.com", "b@example.com", "c@example.com"] {
        world.user(name, None);
    }
    let organization = world.organization.id;
    let later = crate::admin::fixture::NOW.plus_seconds(1);
    world.admin.directory.store().write(move |tx| tx.shorten_feed(organization, later, 2)).unwrap();
    for old in ["0", "1"] {
        let error = world.refusal(list, call().query(&[("after", old)]));
        assert_eq!((error.kind, error.field.as_deref()), (Kind::Gone, Some("after")), "{old}");
        assert!(error.detail.contains("snapshot") && error.detail.contains("kept is 3"), "{error}");
    }
    for kept in [&[("after", "2")][..], &[]] {
        assert_eq!(world.ask(list, call().query(kept)).1["items"][0]["id"], "3");
    }
}
