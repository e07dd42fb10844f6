//! Whom and what an event is about, by their names: the same for pages and commands.

use serde_json::Value;

/// Where events have names: what the thing is, its object in the event, and the field with its name.
const NAMES: [(&str, &str, &str); 16] = [
    ("user", "/user", "user_name"),
    ("group", "/group", "display_name"),
    ("group", "/mapping/group", "display_name"),
    ("entity", "/mapping/entity", "name"),
    ("entity", "/entity", "name"),
    ("user", "/conflict/user", "user_name"),
    ("entity", "/conflict/current/entity", "name"),
    ("entity", "/conflict/incoming/entity", "name"),
    ("word", "/rule", "kind"),
    ("word", "/rule", "pattern"),
    ("word", "/token", "name"),
    ("word", "/organization", "name"),
    ("word", "", "change"),
    ("word", "/webhook", "url"),
    ("word", "", "old"),
    ("word", "", "new"),
];

/// Something that an event names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About<'a> {
    /// `user`, `group`, `entity`, or `word` for all else.
    pub kind: &'static str,
    /// Its id, where it has one.
    pub id: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
}

/// What an event names, in a fixed order.
pub fn about(event: &Value) -> Vec<About<'_>> {
    let named = NAMES.iter().filter_map(|(kind, object, field)| {
        let object = event.pointer(object)?;
        let text = |field: &str| object.get(field).and_then(Value::as_str);
        Some(About { kind, id: text("id"), name: text(field)? })
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_about_those_whom_it_names() {
        let names = |event: Value| {
            about(&event).iter().map(|about| about.name.to_owned()).collect::<Vec<_>>().join(", ")
        };
        let granted = json!({"user": {"user_name": "ann"}, "entity": {"name": "Sales"}, "source": "mapping"});
        assert_eq!(names(granted), "ann, Sales");
        assert_eq!(names(json!({"token": {"name": "PingOne"}})), "PingOne");
        assert_eq!(names(json!({"mapping": {"group": {"display_name": "G"}, "entity": null}})), "G");
        assert_eq!(
            names(json!({"user": {"user_name": "ann"}, "old": "User", "new": "Admin"})),
            "ann, User, Admin"
        );
        assert_eq!(names(json!({"roles": ["Admin"]})), "");
    }
}
