//! Domain errors → pages, in this one place.

use minijinja::context;
use rouille::Response;

use crate::admin::page::render::{Frame, redirect, render};
use crate::admin::problems;
use crate::model::error::{Error, Kind};

/// The answer to a request for a page that was refused or failed. Who is not signed in gets the sign-in page, and comes
/// back to `target`, what a GET asked for, from there.
pub fn refusal(frame: &Frame, error: &Error, request_id: &str, target: Option<&str>) -> Response {
    if error.kind == Kind::Unauthorized {
        let next = target.map(|target| {
            let next: String = url::form_urlencoded::byte_serialize(target.as_bytes()).collect();
            format!("?next={next}")
        });
        return redirect(frame, &format!("/admin/sign-in{}", next.unwrap_or_default()));
    }
    let (status, _, title) = problems::row(error.kind);
    let detail = match error.kind {
        Kind::Internal => {
            log::error!("request {request_id}: {}", error.detail);
            "Something failed that should not. The server's log has the reason."
        }
        _ => &error.detail,
    };
    of_status(frame, status, title, detail, request_id)
}

/// The same with a status that no domain error has.
fn of_status(frame: &Frame, status: u16, title: &str, detail: &str, request_id: &str) -> Response {
    let shown = context! { title, detail, request_id };
    // A template that fails is a fault of ours; the sentence is what matters.
    let page = render(frame, "refusal.html", shown).unwrap_or_else(|_| Response::text(detail));
    page.with_status_code(status)
}
