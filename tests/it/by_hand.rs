//! mapping.md §5.6: what admins do to people's places by hand, and what syncs make of it.

use serde_json::{Value, json};

use crate::common::{Server, assert_contains, member, text};

/// A server where every group becomes a team; gives it with one user, her group and the team's id.
fn server_with_team() -> (Server, String, String, String) {
    let server = Server::start();
    server.rule(json!({}));
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    let team = text(&server.mapping_of(&group)["entity"], "id");
    (server, ann, group, team)
}

#[test]
fn a_team_place_by_hand_is_additive_and_survives_every_sync_5_6() {
    let (server, ann, group, _) = server_with_team();
    let extra = server.entity("teams", "Extra");
    server.api.put(format!("/teams/{extra}/members/{ann}"), json!({})).expect(200);
    assert_eq!(server.teams_of(&ann), ["Extra", "Sales"]);
    server.put_group(&group, "Sales", &[&ann]).expect(200);
    server.put_user(&ann, json!({"userName": "ann@example.com", "displayName": "Ann"})).expect(200);
    server.put_group(&group, "Sales", &[]).expect(200);
    server.delete_group(&group);
    assert_eq!(server.teams_of(&ann), ["Extra"]);
}

#[test]
fn a_place_in_an_exclusive_slot_by_hand_holds_only_while_no_mapping_claims_the_slot_5_6() {
    let server = Server::start();
    let ann = server.user("ann");
    for (plural, target) in
        [("concurrency-groups", "concurrency_group"), ("sub-organizations", "sub_organization")]
    {
        let (by_hand, mapped) = (server.entity(plural, "By hand"), server.entity(plural, "Mapped"));
        let now = || match plural {
            "sub-organizations" => server.sub_organization_of(&ann),
            _ => server.concurrency_group_of(&ann),
        };
        server.api.put(format!("/{plural}/{by_hand}/members/{ann}"), json!({})).expect(200);
        assert_eq!(now().as_deref(), Some("By hand"));
        let group = server.group(target, &[&ann]);
        server.map(&group, target, &mapped);
        assert_eq!(now().as_deref(), Some("Mapped"));
        server.remove_member(&group, &ann);
        assert_eq!(now().as_deref(), Some("By hand"), "the slot is nobody's again");
        server.api.delete(format!("/{plural}/{by_hand}/members/{ann}")).expect(204);
        assert_eq!(now(), None);
    }
}

#[test]
fn what_is_taken_away_by_hand_stays_away_until_the_membership_is_asserted_again_5_6() {
    let (server, ann, group, team) = server_with_team();
    let member_path = format!("/teams/{team}/members/{ann}");
    let asserted = json!([{"op": "add", "path": "members", "value": [member(&ann)]}]);
    let ways: [&dyn Fn(); 2] = [&|| drop(server.patch_group(&group, asserted.clone()).expect(200)), &|| {
        drop(server.put_group(&group, "Sales", &[&ann]).expect(200))
    }];
    for assert_again in ways {
        server.api.delete(&member_path).expect(204);
        assert_eq!(server.teams_of(&ann), [""; 0]);
        assert_eq!(server.members_of_group(&group), [ann.as_str()], "the membership is the IdP's");
        assert_again();
        assert_eq!(server.teams_of(&ann), ["Sales"]);
    }
}

#[test]
fn what_is_taken_away_by_hand_is_not_given_by_anything_else_that_happens_5_6() {
    let (server, ann, group, team) = server_with_team();
    let bob = server.user("bob");
    server.api.delete(format!("/teams/{team}/members/{ann}")).expect(204);
    server.add_member(&group, &bob);
    server.group("Other", &[&ann]);
    server.rename(&group, "Revenue");
    server.put_user(&ann, json!({"userName": "ann@example.com", "displayName": "Ann"})).expect(200);
    server.api.post("/mapping-rules/apply", json!({})).expect(200);
    for on in [false, true] {
        server.feature("teams", on);
    }
    assert_eq!(server.teams_of(&ann), ["Other"]);
    assert_eq!(server.teams_of(&bob), ["Revenue"]);
}

#[test]
fn what_is_taken_away_is_a_place_in_that_entity_and_not_in_the_next_one_of_the_mapping_5_6() {
    let (server, ann, group, team) = server_with_team();
    let id = text(&server.mapping_of(&group), "id");
    let approve =
        |choice: Value| drop(server.api.post(format!("/mappings/{id}/approve"), choice).expect(200));
    let reject = || drop(server.api.post(format!("/mappings/{id}/reject"), json!({})).expect(200));
    let take = |team: &str| server.api.delete(format!("/teams/{team}/members/{ann}")).expect(204);
    take(&team);
    approve(json!({"entity_name": "Brand new", "create": true}));
    assert_eq!(server.teams_of(&ann), ["Brand new"]);

    take(&text(&server.mapping_of(&group)["entity"], "id"));
    reject();
    approve(json!({"entity_name": "Brand new"}));
    assert_eq!(server.teams_of(&ann), [""; 0], "it is the same place");
    reject();
    let other = json!({"entity_id": server.entity("teams", "Other"), "action": "approve"});
    let preview = server.api.post(format!("/mappings/{id}/preview"), other.clone()).expect(200).json;
    assert_contains(&preview["entities"], &json!([{"name": "Other", "gains": 1}]));
    approve(json!({"entity_id": other["entity_id"]}));
    assert_eq!(server.teams_of(&ann), ["Other"]);
}

#[test]
fn who_leaves_the_group_and_comes_back_gets_what_was_taken_away_5_6() {
    let (server, ann, group, team) = server_with_team();
    server.api.delete(format!("/teams/{team}/members/{ann}")).expect(204);
    server.remove_member(&group, &ann);
    server.add_member(&group, &ann);
    assert_eq!(server.teams_of(&ann), ["Sales"]);
}

#[test]
fn what_is_taken_away_lets_in_what_it_had_blocked_and_asks_again_when_it_returns_5_6() {
    let server = Server::start();
    server.rule(json!({"target_type": "concurrency_group"}));
    let ann = server.user("ann");
    let first = server.group("first", &[&ann]);
    server.group("second", &[&ann]);
    let place = text(&server.mapping_of(&first)["entity"], "id");
    server.api.delete(format!("/concurrency-groups/{place}/members/{ann}")).expect(204);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("second"));
    assert_eq!(server.items("/conflicts?status=open"), [Value::Null; 0]);
    server.add_member(&first, &ann);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("second"));
    let asked = json!([{"incoming": {"group": {"id": first}}}]);
    assert_contains(&json!(server.items("/conflicts?status=open")), &asked);
}

#[test]
fn the_deletion_of_a_user_ends_what_admins_did_by_hand_8_3() {
    let (server, ann, group, team) = server_with_team();
    let pool = server.entity("concurrency-groups", "Pool");
    let place = server.entity("sub-organizations", "Berlin");
    for path in [format!("teams/{team}"), format!("concurrency-groups/{pool}")] {
        server.api.put(format!("/{path}/members/{ann}"), json!({})).expect(200);
    }
    server.api.put(format!("/sub-organizations/{place}/members/{ann}"), json!({})).expect(200);
    server.delete_user(&ann);
    assert_eq!(server.user("ann"), ann);
    assert_eq!((server.teams_of(&ann), server.concurrency_group_of(&ann)), (vec![], None));
    assert_eq!(server.sub_organization_of(&ann), None);
    server.add_member(&group, &ann);
    assert_eq!(server.teams_of(&ann), ["Sales"]);
}
