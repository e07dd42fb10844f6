//! `rollcall::testing::Appliance`: what a Rust test holds in its hand.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::Duration;

use rollcall::model::time::Timestamp;
use rollcall::testing::{Appliance, DropWhen, Fault};
use serde_json::json;

use crate::common::{Client, Server};

#[test]
fn the_controls_are_direct_calls_too() {
    let server = Server::start_as(Appliance::builder().seed("[[users]]\nuserName = \"ann@example.com\"\n"));
    let appliance = &server.appliance;
    let armed = appliance.arm(Fault::status(503).retry_after(1).on("POST", "/Users"), 2);
    assert_eq!(appliance.faults(), [armed]);
    server.scim.post("/Users", json!({"userName": "bob@example.com"})).expect(503);
    appliance.disarm();
    appliance.set_clock(Timestamp::parse("2030-01-01T00:00:00Z"));
    assert_eq!(appliance.now().to_string(), "2030-01-01T00:00:00.000Z");
    server.user("bob");
    let journal = appliance.journal();
    assert_eq!(journal.len(), 2);
    assert_eq!((journal[0].status, journal[0].is_faulty), (Some(503), true));
    assert_eq!((journal[1].path(), journal[1].status), ("/scim/v2/Users", Some(201)));
    assert_eq!(journal[1].json()["userName"], "bob@example.com");
    assert_eq!(journal[1].header("Content-Type"), Some("application/scim+json"));
    assert_eq!(appliance.take_journal().len(), 2);
    assert!(appliance.journal().is_empty());
    appliance.arm(Fault::drop(DropWhen::After), 1);
    assert!(server.scim.copy().try_post("/Users", &json!({"userName": "cem@example.com"})).is_err());
    appliance.arm(Fault::delay(Duration::from_millis(1)), 1);
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 3}));
    appliance.reset().unwrap();
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 1}));
}

#[test]
fn it_stops_when_it_is_dropped() {
    let appliance = Appliance::start().unwrap();
    let address = appliance.test_url().strip_prefix("http://").unwrap().to_owned();
    let token = appliance.api_token().to_owned();
    let mut open = TcpStream::connect(&address).unwrap();
    open.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    drop(appliance);
    // The end of the connection, however abrupt, and no silence.
    let end = open.read(&mut [0]);
    assert!(
        end.as_ref().map_or_else(|error| error.kind() != ErrorKind::WouldBlock, |read| *read == 0),
        "{end:?}"
    );
    // Another test's server may have been given the port meanwhile; it does not know the token.
    let client = Client::new(&format!("http://{address}/api/v1"), &token, "application/json");
    let answer = client.try_post("/organizations", &json!({"slug": "late"}));
    assert!(
        answer.as_ref().map_or(true, |answer| answer.status == 401),
        "{:?}",
        answer.map(|answer| answer.status)
    );
}

#[test]
fn the_ready_line_and_the_accessors_say_the_same() {
    let appliance = Appliance::start().unwrap();
    let expected = json!({
        "scim_base_url": appliance.scim_base_url(), "scim_token": appliance.scim_token(),
        "admin_url": appliance.admin_url(), "api_url": appliance.api_url(), "api_token": appliance.api_token(),
        "test_url": appliance.test_url(), "organization": "default", "pid": std::process::id(),
    });
    assert_eq!(appliance.ready(), expected);
}

#[test]
fn a_configuration_that_cannot_be_used_is_an_error_with_its_place() {
    let error = Appliance::builder().config("[scim]\nstrikt = true\n").start().err().unwrap();
    assert!(error.detail.contains("line 2") && error.detail.contains("strikt"), "{error}");
}
