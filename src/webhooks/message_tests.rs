use super::*;
use crate::model::id::{OrganizationId, ResourceId, WebhookId};
use crate::model::webhook::{EventTypes, WebhookUrl};

fn webhook(secret: &str) -> Webhook {
    let bytes = STANDARD.decode(secret).unwrap();
    let start = Timestamp::from_millis(0);
    Webhook {
        id: WebhookId(1),
        resource_id: ResourceId::from("01890a5d-ac96-774b-bcce-b302099a8057"),
        organization: OrganizationId(1),
        url: WebhookUrl::parse("https://hooks.example.com/").unwrap(),
        description: String::new(),
        types: EventTypes::default(),
        disabled: None,
        secret: SigningSecret::of_bytes(bytes),
        old_secret: None,
        cursor: 0,
        version: 1,
        trouble: None,
        created: start,
        changed: start,
    }
}

/// The example of the Standard Webhooks specification's reference libraries.
const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn example() -> (Message, Timestamp) {
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned();
    (Message { id, body: r#"{"test": 2432232314}"#.to_owned() }, Timestamp::from_millis(1_614_265_330_999))
}

#[test]
fn the_signature_is_that_of_the_specifications_example() {
    let (message, at) = example();
    assert_eq!(message.signatures(&webhook(SECRET), at).unwrap(), SIGNATURE);
}

#[test]
fn both_secrets_sign_until_the_very_instant_at_which_the_old_one_ends() {
    let (message, at) = example();
    let old = SigningSecret::of_bytes(STANDARD.decode(SECRET).unwrap());
    let other = webhook("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let rotated = |until| Webhook { old_secret: Some((old.clone(), until)), ..other.clone() };
    let both = message.signatures(&rotated(at.plus_millis(1)), at).unwrap();
    assert_eq!(both.split(' ').count(), 2);
    assert!(both.ends_with(SIGNATURE), "the new one comes first: {both}");
    let one = message.signatures(&rotated(at), at).unwrap();
    assert!(!one.contains(SIGNATURE) && !one.contains(' '), "{one}");
}

#[test]
fn a_message_of_an_event_is_the_item_of_the_feed_under_an_id_that_stays() {
    let event = Event {
        id: 7,
        at: Timestamp::from_millis(0),
        kind: "user.created".to_owned(),
        request_id: "r".to_owned(),
        data: r#"{"user":{"id":"u"}}"#.to_owned(),
    };
    let message = Message::of_event(&webhook(SECRET), &event);
    assert_eq!(message.id, "evt_01890a5dac96774bbcceb302099a8057_7");
    assert_eq!(message.body, event_text(&event));
    assert!(!message.id.contains('.'), "the signed text is divided by full stops");
}
