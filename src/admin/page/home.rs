//! The first page.

use minijinja::context;
use rouille::Response;

use crate::admin::handle::Admin;
use crate::admin::page::render::{Frame, render};
use crate::model::call::Call;
use crate::model::error::Result;

/// `GET /admin`.
///
/// # Errors
/// None of its own.
pub fn home(_: &Admin, call: &Call) -> Result<Response> {
    render(&Frame::of(call), "home.html", context! {})
}
