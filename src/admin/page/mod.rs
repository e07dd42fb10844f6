//! The admin page: HTML for people who signed in, rendered here, with one stylesheet and no script from elsewhere.
//!
//! A page is a handler in a file of its noun that answers [`render`], and a template of the same name in `templates/`.
//! Routes of pages have `Scope::Page` in the table; before a handler runs, `http/service.rs` has checked the
//! session, where the request comes from, and the `csrf_token` of each form. After it, [`guarded`] adds the headers.

mod admins;
mod assets;
mod conflicts;
mod connect;
mod entities;
mod events;
mod frame;
mod group;
mod groups;
mod guard;
mod home;
mod isolate;
mod notice;
mod paging;
mod people;
mod providers;
mod refusal;
mod render;
mod requests;
mod rule;
mod rules;
mod security;
mod sign_in;
mod stale;
mod words;

pub use admins::{
    admins, choose_password, create_account, disable_account, end_sign_in, remove_account, reset_password,
};
pub use assets::asset;
pub use conflicts::{conflicts, resolve_conflict, resolve_conflicts};
pub use connect::connect;
pub use entities::{change_member, create_entity, delete_entity, entities, entity, rename_entity};
pub use events::events;
pub use group::{
    approve as approve_mapping, group, map as map_group, reject as reject_mapping, remove as remove_mapping,
};
pub use groups::{decide as decide_groups, groups};
pub use guard::{check_form, guarded};
pub use home::{create_tenant, home, organizations, overview};
pub use people::{people, person_page, put_person, take_person};
pub use refusal::{Refused, refusal};
pub use render::{Frame, redirect, render};
pub use requests::{request, requests};
pub use rule::{new_rule, preview_rule, rule, save_rule};
pub use rules::{
    delete_rule, export as export_rules, move_rule, rules, run as run_rules, show_run as show_run_of_rules,
};
pub use security::{back_to_security, change_settings, create_token, revoke_token, rotate_token, security};
pub use sign_in::{show_sign_in, sign_in, sign_out};
