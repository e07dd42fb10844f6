//! mapping.md §5.3 and §5.4: what is decided is remembered, per user and pair of places.

use serde_json::{Value, json};

use crate::common::{Server, text};

/// A server where every group becomes a concurrency group, with one user in `first` and kept from `second`.
struct Clash {
    server: Server,
    ann: String,
    first: String,
    second: String,
}

impl Clash {
    fn new() -> Clash {
        let server = Server::start();
        server.rule(json!({"target_type": "concurrency_group"}));
        let ann = server.user("ann");
        let (first, second) = (server.group("first", &[&ann]), server.group("second", &[&ann]));
        Clash { server, ann, first, second }
    }

    fn open(&self) -> usize {
        self.server.items("/conflicts?status=open").len()
    }

    /// Decides the oldest open conflict.
    #[track_caller]
    fn decide(&self, decision: &str) {
        let conflict = text(&self.server.items("/conflicts?status=open")[0], "id");
        let path = format!("/conflicts/{conflict}/resolve");
        self.server.api.post(path, json!({"decision": decision})).expect(200);
    }

    #[track_caller]
    fn expect(&self, place: Option<&str>, open: usize) {
        assert_eq!(self.server.concurrency_group_of(&self.ann).as_deref(), place);
        assert_eq!(self.open(), open, "open conflicts");
    }
}

#[test]
fn a_decision_is_remembered_when_the_member_leaves_and_comes_back_5_3() {
    let clash = Clash::new();
    clash.decide("use_incoming");
    clash.expect(Some("second"), 0);
    clash.server.remove_member(&clash.second, &clash.ann);
    clash.expect(Some("first"), 0);
    clash.server.add_member(&clash.second, &clash.ann);
    clash.expect(Some("second"), 0);
}

#[test]
fn a_decision_is_remembered_over_deletion_and_restoration_of_either_group_5_3() {
    for decision in ["keep_current", "use_incoming"] {
        let clash = Clash::new();
        clash.decide(decision);
        let place = if decision == "keep_current" { "first" } else { "second" };
        for (name, group) in [("first", &clash.first), ("second", &clash.second)] {
            clash.server.delete_group(group);
            assert_eq!(clash.server.group(name, &[&clash.ann]), *group);
            clash.expect(Some(place), 0);
        }
    }
}

#[test]
fn a_decision_is_about_one_user_and_two_places_only_5_3() {
    let clash = Clash::new();
    clash.decide("keep_current");
    let bob = clash.server.user("bob");
    clash.server.add_member(&clash.first, &bob);
    clash.server.add_member(&clash.second, &bob);
    assert_eq!(clash.open(), 1, "another user is asked about");
    let third = clash.server.group("third", &[&clash.ann]);
    assert_eq!(clash.open(), 2, "another group is asked about");
    clash.server.delete_group(&third);
    let mapping = text(&clash.server.mapping_of(&clash.second), "id");
    let moved = json!({"entity_name": "another place", "create": true});
    clash.server.api.post(format!("/mappings/{mapping}/approve"), moved).expect(200);
    let about = |user: &str| {
        let open = clash.server.items("/conflicts?status=open");
        open.iter().filter(|conflict| conflict["user"]["id"] == user).count()
    };
    assert_eq!((about(&clash.ann), about(&bob)), (1, 1), "another entity is asked about");
}

#[test]
fn an_old_decision_does_not_help_against_another_obstacle_5_2() {
    let clash = Clash::new();
    clash.decide("use_incoming");
    let third = clash.server.group("third", &[]);
    clash.server.delete_group(&clash.second);
    clash.server.remove_member(&clash.first, &clash.ann);
    clash.server.add_member(&third, &clash.ann);
    clash.expect(Some("third"), 0);
    clash.server.group("second", &[&clash.ann]);
    clash.expect(Some("third"), 1);
    clash.decide("keep_current");
    clash.expect(Some("third"), 0);
}

#[test]
fn decisions_in_a_circle_end_and_are_at_rest_5_4() {
    let clash = Clash::new();
    clash.decide("use_incoming");
    let third = clash.server.group("third", &[&clash.ann]);
    clash.decide("use_incoming");
    // Second beat first and third beat second; whether first is to beat third was never said.
    clash.expect(Some("third"), 1);
    clash.decide("use_incoming");
    let rest = clash.server.concurrency_group_of(&clash.ann);
    assert!(rest.is_some());
    assert_eq!(clash.open(), 0);
    let before = clash.server.last_event();
    for (name, group) in [("first", &clash.first), ("second", &clash.second), ("third", &third)] {
        clash.server.put_group(group, name, &[&clash.ann]).expect(200);
    }
    assert_eq!(clash.server.event_types_after(before), [""; 0]);
    assert_eq!(clash.server.concurrency_group_of(&clash.ann), rest);
}

#[test]
fn the_deletion_of_a_user_forgets_their_decisions_and_closes_their_conflicts_8_3() {
    let clash = Clash::new();
    clash.decide("keep_current");
    let third = clash.server.group("third", &[&clash.ann]);
    assert_eq!(clash.open(), 1);
    clash.server.delete_user(&clash.ann);
    assert_eq!(clash.open(), 0);
    assert_eq!(clash.server.user("ann"), clash.ann);
    clash.expect(None, 0);
    clash.server.delete_group(&third);
    clash.server.add_member(&clash.first, &clash.ann);
    clash.server.add_member(&clash.second, &clash.ann);
    clash.expect(Some("first"), 1);
}

#[test]
fn conflicts_are_history_once_they_ended_5_3() {
    let clash = Clash::new();
    clash.decide("keep_current");
    clash.server.group("third", &[&clash.ann]);
    let statuses = |query: &str| -> Vec<Value> {
        clash.server.items(query).iter().map(|conflict| conflict["status"].clone()).collect()
    };
    assert_eq!(statuses("/conflicts?status=resolved"), ["resolved"]);
    assert_eq!(statuses("/conflicts?status=open"), ["open"]);
    assert_eq!(statuses("/conflicts"), ["resolved", "open"]);
}
