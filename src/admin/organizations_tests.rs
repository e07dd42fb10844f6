use super::*;

use crate::admin::fixture::{World, call, header};
use serde_json::json;

#[test]
fn a_new_organization_has_the_configured_features_except_those_that_the_body_names() {
    let world = World::new();
    let new = json!({"slug": "beta", "name": " Beta ", "features": {"group_provisioning": true}});
    let Reply::Answer(answer) = world.reply(create, call().json(new), true).unwrap() else { panic!() };
    assert_eq!(answer.status_code, 201);
    assert_eq!(header(&answer, "Location"), Some("http://127.0.0.1:8080/api/v1/organizations/beta"));
    let made = crate::admin::fixture::body(answer);
    assert_eq!(made["name"], "Beta");
    assert_eq!(made["plan"], Value::Null);
    assert_eq!(
        made["features"],
        json!({"group_provisioning": true, "teams": true, "concurrency_groups": true, "sub_organizations": true})
    );
    let taken = world.refusal(create, call().json(json!({"slug": "beta", "name": "Again"})));
    assert_eq!((taken.kind, taken.field.as_deref()), (Kind::Conflict, Some("slug")));
}

#[test]
fn patch_changes_the_features_that_it_names_and_leaves_the_others() {
    let world = World::new();
    let (_, changed) = world.ask(update, call().json(json!({"features": {"teams": false}})));
    assert_eq!(changed["features"]["teams"], false);
    assert_eq!(changed["features"]["group_provisioning"], true);
    let error = world.refusal(update, call().json(json!({"features": {"teams": null}})));
    assert_eq!(error.field.as_deref(), Some("features.teams"));
}

#[test]
fn plan_and_sso_are_for_server_scope_only() {
    let world = World::new();
    for (field, value) in [("plan", json!("gold")), ("plan", Value::Null), ("sso", json!({"enabled": true}))]
    {
        let error = world.refusal(update, call().json(json!({"name": "Changed", field: value})));
        assert_eq!((error.kind, error.field.as_deref()), (Kind::Forbidden, Some(field)));
    }
    assert_eq!(world.ask(show, call()).1["name"], "Acme");
    let body = json!({"plan": "gold", "sso": true});
    assert!(world.reply(update, call().json(body), true).is_ok());
    let (_, shown) = world.ask(show, call());
    assert_eq!((&shown["plan"], &shown["sso"]), (&json!("gold"), &json!({"enabled": true})));
}

#[test]
fn sso_of_another_shape_is_refused() {
    let world = World::new();
    for wrong in [json!({}), json!({"enabled": 1}), json!({"enabled": true, "issuer": "x"}), json!("on")] {
        let outcome = world.reply(update, call().json(json!({"sso": wrong})), true);
        assert_eq!(outcome.map(|_| ()).unwrap_err().field.as_deref(), Some("sso"));
    }
}
