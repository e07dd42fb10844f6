//! Domain errors → pages, in this one place.

use minijinja::context;
use rouille::Response;

use crate::admin::page::notice;
use crate::admin::page::render::{Frame, redirect, render};
use crate::admin::problems;
use crate::model::error::{Error, Kind};

/// What there is to know of a request that was refused, admitted or not.
pub struct Refused<'r> {
    /// What the world sees this server as.
    pub base_url: &'r str,
    /// Its `Cookie` header.
    pub cookies: Option<&'r str>,
    /// By which logs know it.
    pub request_id: &'r str,
    /// What a GET asked for.
    pub target: Option<&'r str>,
}

/// The answer to a request for a page that was refused or failed. Who is not signed in gets the sign-in page, and comes
/// back to the target from there. The page also shows the notice of a form that led to it.
pub fn refusal(refused: &Refused<'_>, error: &Error) -> Response {
    let frame = &Frame::of_base_url(refused.base_url);
    if error.kind == Kind::Unauthorized {
        let next = refused.target.map(|target| {
            let next: String = url::form_urlencoded::byte_serialize(target.as_bytes()).collect();
            format!("?next={next}")
        });
        return redirect(frame, &format!("/admin/sign-in{}", next.unwrap_or_default()));
    }
    let (status, _, title) = problems::row(error.kind);
    let request_id = refused.request_id;
    let detail = match error.kind {
        Kind::Internal => {
            log::error!("request {request_id}: {}", error.detail);
            "Something failed that should not. The server's log has the reason."
        }
        _ => &error.detail,
    };
    let notice = notice::read(refused.cookies);
    let was_left = notice.is_some();
    let shown = context! { title, detail, request_id, notice };
    // A template that fails is a fault of ours; the sentence is what matters.
    let page = render(frame, "refusal.html", shown).unwrap_or_else(|_| Response::text(detail));
    let page = page.with_status_code(status);
    if was_left { notice::forget(page, refused.base_url) } else { page }
}
