//! Small words for reading and writing JSON.

use serde_json::{Value, json};

/// A member value of a group.
pub fn member(user: &str) -> Value {
    json!({"value": user})
}

/// The member values of a group.
pub fn members(users: &[&str]) -> Vec<Value> {
    users.iter().map(|user| member(user)).collect()
}

/// `count` users to push, with the parts that nearly every IdP sends.
pub fn users_named(name: &str, count: usize) -> Vec<Value> {
    let user = |number| {
        let address = format!("{name}{number}@example.com");
        json!({"userName": address, "name": {"givenName": name, "familyName": format!("Number {number}")},
            "emails": [{"value": address, "type": "work", "primary": true}], "externalId": format!("{name}-{number}")})
    };
    (0..count).map(user).collect()
}

/// `text` in Base64 (RFC 4648 §4), for Basic authentication.
pub fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits =
            chunk.iter().enumerate().fold(0, |bits, (at, byte)| bits | usize::from(*byte) << (16 - 8 * at));
        for place in 0..4 {
            let digit = char::from(DIGITS[bits >> (18 - 6 * place) & 63]);
            encoded.push(if place <= chunk.len() { digit } else { '=' });
        }
    }
    encoded
}

/// The strings in order.
pub fn sorted<T: ToString>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut texts: Vec<String> = texts.into_iter().map(|text| text.to_string()).collect();
    texts.sort();
    texts
}

/// The number of an event.
#[track_caller]
pub fn event_id(event: &Value) -> u64 {
    let id = &event["id"];
    id.as_str()
        .map_or_else(|| id.as_u64(), |text| text.parse().ok())
        .unwrap_or_else(|| panic!("no id in {event}"))
}

/// A string member that must be there.
#[track_caller]
pub fn text(object: &Value, key: &str) -> String {
    object[key].as_str().unwrap_or_else(|| panic!("no text {key} in {object}")).to_owned()
}

/// `text` as a part of a form or a query (RFC 3986 §2.1).
pub fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
