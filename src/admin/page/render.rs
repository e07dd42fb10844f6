//! Templates into pages. Everything that a template shows is escaped, since names come from identity providers.

use std::sync::LazyLock;

use minijinja::{Environment, ErrorKind, HtmlEscape, Value, context};
use rouille::Response;

use crate::admin::page::{assets, isolate, words};
use crate::model::call::Call;
use crate::model::error::{Error, Result};

/// Name and text of each template; `.html` in the name is what switches escaping on.
const TEMPLATES: &[(&str, &str)] = &[
    ("admins.html", include_str!("templates/admins.html")),
    ("arrivals.html", include_str!("templates/arrivals.html")),
    ("conflicts.html", include_str!("templates/conflicts.html")),
    ("connect.html", include_str!("templates/connect.html")),
    ("decided.html", include_str!("templates/decided.html")),
    ("entities.html", include_str!("templates/entities.html")),
    ("entity.html", include_str!("templates/entity.html")),
    ("events.html", include_str!("templates/events.html")),
    ("group.html", include_str!("templates/group.html")),
    ("groups.html", include_str!("templates/groups.html")),
    ("layout.html", include_str!("templates/layout.html")),
    ("organizations.html", include_str!("templates/organizations.html")),
    ("overview.html", include_str!("templates/overview.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("people.html", include_str!("templates/people.html")),
    ("person.html", include_str!("templates/person.html")),
    ("preview.html", include_str!("templates/preview.html")),
    ("refusal.html", include_str!("templates/refusal.html")),
    ("request.html", include_str!("templates/request.html")),
    ("requests.html", include_str!("templates/requests.html")),
    ("rule.html", include_str!("templates/rule.html")),
    ("rules.html", include_str!("templates/rules.html")),
    ("run.html", include_str!("templates/run.html")),
    ("security.html", include_str!("templates/security.html")),
    ("sign_in.html", include_str!("templates/sign_in.html")),
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::SemiStrict);
    environment.set_formatter(isolate::mark);
    environment.set_loader(|name| {
        Ok(TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned()))
    });
    environment.add_function("asset", |name: &str| {
        // The paths are ours, and need no escaping.
        assets::path_of(name)
            .map(Value::from_safe_string)
            .ok_or_else(|| minijinja::Error::new(ErrorKind::InvalidOperation, format!("no asset {name}")))
    });
    environment.add_filter("words", words::word);
    environment.add_filter("reason", words::sentence);
    environment.add_filter("time", time);
    environment
});

/// An instant as browsers can show it in the reader's own zone; without a script, and in the tooltip, in UTC.
fn time(at: &Value) -> Value {
    let text = at.as_str().unwrap_or_default();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(minute)) => Value::from_safe_string(format!(
            "<time datetime=\"{0}\" title=\"{0}\">{1} {2} UTC</time>",
            HtmlEscape(text),
            HtmlEscape(day),
            HtmlEscape(minute)
        )),
        _ => Value::from("never"),
    }
}

/// What every page shows around its content.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The path under which the server is reached, without a slash at its end: empty, or that of `public_url`.
    pub root: String,
    /// Who is signed in.
    pub person: Option<String>,
    /// What forms send back.
    pub csrf: String,
}

impl Frame {
    /// The frame of a page for nobody.
    pub fn of_base_url(base_url: &str) -> Frame {
        let path = base_url.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
        Frame { root: path.map(|(_, path)| format!("/{path}")).unwrap_or_default(), ..Frame::default() }
    }

    /// The frame of an answer to a call.
    pub fn of(call: &Call) -> Frame {
        let actor = call.actor.as_ref();
        let session = actor.and_then(|actor| actor.session.as_ref());
        Frame {
            person: actor.map(|actor| actor.name.clone()),
            csrf: session.map(|session| session.csrf.as_str().to_owned()).unwrap_or_default(),
            ..Frame::of_base_url(&call.base_url)
        }
    }
}

/// A page of 200: the template with what it shows, within the frame (`root`, `person`, `csrf_token`).
///
/// # Errors
/// `Internal` for a template that cannot be rendered.
pub fn render(frame: &Frame, template: &str, shown: Value) -> Result<Response> {
    let around = context! { root => frame.root, person => frame.person, csrf_token => frame.csrf };
    let html = ENVIRONMENT
        .get_template(template)
        .and_then(|template| template.render(context! { ..shown, ..around }))
        .map_err(|error| Error::internal(format!("the template {template} cannot be rendered: {error:#}")))?;
    Ok(Response::html(isolate::settle(&html)))
}

/// Has the browser GET another page; `path` begins with a slash, below the root.
pub fn redirect(frame: &Frame, path: &str) -> Response {
    Response::text("")
        .with_status_code(303)
        .with_additional_header("Location", format!("{}{path}", frame.root))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::fixture::header;
    use std::io::Read;

    fn html(frame: &Frame, template: &str, shown: Value) -> String {
        let mut text = String::new();
        render(frame, template, shown)
            .unwrap()
            .data
            .into_reader_and_size()
            .0
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn what_a_template_shows_is_escaped() {
        let frame = Frame { person: Some("<script>alert(1)</script>".to_owned()), ..Frame::default() };
        let page = html(
            &frame,
            "refusal.html",
            context! { title => "x", detail => "<script>alert(1)</script>", request_id => "1" },
        );
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>alert"), "{page}");
    }

    #[test]
    fn addresses_begin_with_the_path_of_the_public_url() {
        let frame = Frame::of_base_url("https://example.com/rollcall");
        assert_eq!(frame.root, "/rollcall");
        assert_eq!(header(&redirect(&frame, "/admin"), "Location"), Some("/rollcall/admin"));
        assert_eq!(Frame::of_base_url("http://127.0.0.1:8080").root, "");
        // An escaped slash is a slash to browsers.
        let page = html(&frame, "sign_in.html", context! { problem => "", name => "", next => "" });
        let page = page.replace("&#x2f;", "/");
        for address in ["href=\"/rollcall/admin/assets/page.", "action=\"/rollcall/admin/sign-in\""] {
            assert!(page.contains(address), "{page}");
        }
    }

    #[test]
    fn a_template_with_a_mistake_is_an_error_and_no_empty_page() {
        assert!(render(&Frame::default(), "none.html", context! {}).is_err());
        assert!(
            render(&Frame::default(), "sign_in.html", context! {}).is_err(),
            "a variable that is not given"
        );
    }
}
