//! Signing in and out.

use minijinja::context;
use rouille::Response;

use crate::admin::handle::Admin;
use crate::admin::page::render::{Frame, redirect, render};
use crate::admin::problems;
use crate::directory::{Browser, end_session};
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::form::Form;
use crate::model::session::{SessionSecret, cookie_name};

/// `GET /admin/sign-in`: the form. With `?link=` of a sign-in link, no form is needed.
///
/// # Errors
/// None of its own: what refuses a link is shown above the form.
pub fn show_sign_in(admin: &Admin, call: &Call) -> Result<Response> {
    let next = call.query.get("next").unwrap_or_default();
    let Some(link) = call.query.get("link") else { return form(call, "", next, None) };
    match admin.sign_in.by_link(&admin.directory, link, browser(call)) {
        Ok(secret) => Ok(welcome(call, &secret, next)),
        Err(error) => form(call, "", next, Some(&error)),
    }
}

/// `POST /admin/sign-in` with `name`, `password` and `next`.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; `Internal`. Other refusals are shown above the form.
pub fn sign_in(admin: &Admin, call: &Call) -> Result<Response> {
    let fields = Form::parse(&call.body)?;
    let (name, next) = (fields.get("name").trim(), fields.get("next"));
    match admin.sign_in.by_password(&admin.directory, name, fields.get("password"), browser(call)) {
        Ok(secret) => Ok(welcome(call, &secret, next)),
        Err(error) if error.kind == Kind::Internal => Err(error),
        Err(error) => form(call, name, next, Some(&error)),
    }
}

/// `POST /admin/sign-out`: ends the session.
///
/// # Errors
/// Those of the store.
pub fn sign_out(admin: &Admin, call: &Call) -> Result<Response> {
    if let Some(session) = call.actor.as_ref().and_then(|actor| actor.session.as_ref()) {
        let id = session.session;
        admin.directory.store().write(move |tx| end_session(tx, id))?;
    }
    let gone = format!("{}=; Max-Age=0; {}", cookie_name(&call.base_url), attributes(call));
    Ok(redirect(&Frame::of(call), "/admin/sign-in").with_additional_header("Set-Cookie", gone))
}

fn form(call: &Call, name: &str, next: &str, problem: Option<&Error>) -> Result<Response> {
    let detail = problem.map_or("", |error| error.detail.as_str());
    let page = render(&Frame::of(call), "sign_in.html", context! { name, next, problem => detail })?;
    let Some(error) = problem else { return Ok(page) };
    let (status, ..) = problems::row(error.kind);
    // 401 would need a WWW-Authenticate header, and browsers would then ask in a window of their own (RFC 9110 §15.5.2).
    let page = page.with_status_code(if status == 401 { 403 } else { status });
    Ok(match error.retry_after {
        Some(seconds) => page.with_additional_header("Retry-After", seconds.to_string()),
        None => page,
    })
}

fn welcome(call: &Call, secret: &SessionSecret, next: &str) -> Response {
    let cookie = format!("{}={}; {}", cookie_name(&call.base_url), secret.reveal(), attributes(call));
    let frame = Frame::of(call);
    let next = if is_page(next) { next } else { "/admin" };
    redirect(&frame, next).with_additional_header("Set-Cookie", cookie)
}

/// Without an end: browsers forget it when they close.
fn attributes(call: &Call) -> String {
    let secure = if call.base_url.starts_with("https:") { "; Secure" } else { "" };
    format!("Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// Whether `next` leads to one of our pages: nobody is sent elsewhere by a prepared address.
fn is_page(next: &str) -> bool {
    let rest = next.strip_prefix("/admin");
    let ends_well = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    ends_well && !next.contains("/sign-") && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn browser(call: &Call) -> Browser {
    Browser { address: call.client, user_agent: call.header("user-agent").unwrap_or_default(), at: call.at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_away_from_our_pages() {
        for next in ["/admin", "/admin/organizations/acme?status=pending", "/admin?a=b"] {
            assert!(is_page(next), "{next}");
        }
        for next in [
            "",
            "//evil.example",
            "https://evil.example/admin",
            "/administration",
            "/admin/\\evil",
            "/admin\r\nSet-Cookie: a=b",
            "/admin/sign-out",
            "/api/v1",
        ] {
            assert!(!is_page(next), "{next}");
        }
    }
}
