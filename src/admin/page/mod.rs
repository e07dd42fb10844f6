//! The admin page: HTML for people who signed in, rendered here, with one stylesheet and no script from elsewhere.
//!
//! A page is a handler in a file of its noun that answers [`render`], and a template of the same name in `templates/`.
//! Routes of pages have `Scope::Page` in the table; before a handler runs, `http/service.rs` has checked the
//! session, where the request comes from, and the `csrf_token` of each form. After it, [`guarded`] adds the headers.

mod assets;
mod guard;
mod home;
mod refusal;
mod render;
mod sign_in;

pub use assets::asset;
pub use guard::{check_form, guarded};
pub use home::home;
pub use refusal::refusal;
pub use render::{Frame, redirect, render};
pub use sign_in::{show_sign_in, sign_in, sign_out};
