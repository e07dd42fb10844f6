//! The pages for people, as a part of the table of routes.

use rouille::Response;

use crate::admin::entities::{ConcurrencyGroups, SubOrganizations, Teams};
use crate::admin::{Admin, page};
use crate::auth::{Access, Scope};
use crate::http::routes::{Handler, Route};
use crate::model::call::Call;
use crate::model::error::Result;

const fn page(
    method: &'static str,
    path: &'static str,
    handler: fn(&Admin, &Call) -> Result<Response>,
) -> Route {
    let access = if matches!(method.as_bytes(), b"GET") { Access::Read } else { Access::Write };
    Route { method, path, scope: Scope::Page, access, handler: Handler::Page(handler), operation: None }
}

/// A page for those who reach the whole server.
const fn server_page(
    method: &'static str,
    path: &'static str,
    handler: fn(&Admin, &Call) -> Result<Response>,
) -> Route {
    Route { scope: Scope::ServerPage, ..page(method, path, handler) }
}

/// A page for whoever comes.
const fn open_page(
    method: &'static str,
    path: &'static str,
    handler: fn(&Admin, &Call) -> Result<Response>,
) -> Route {
    Route { scope: Scope::Public, ..page(method, path, handler) }
}

/// All pages.
pub const PAGES: &[Route] = &[
    page("GET", "/admin", page::home),
    open_page("GET", "/admin/sign-in", page::show_sign_in),
    open_page("POST", "/admin/sign-in", page::sign_in),
    page("POST", "/admin/sign-out", page::sign_out),
    server_page("GET", "/admin/organizations", page::organizations),
    server_page("POST", "/admin/organizations", page::create_tenant),
    page("GET", "/admin/organizations/{slug}", page::overview),
    page("GET", "/admin/organizations/{slug}/connect", page::connect),
    page("GET", "/admin/organizations/{slug}/requests", page::requests),
    page("GET", "/admin/organizations/{slug}/requests/{}", page::request),
    page("GET", "/admin/organizations/{slug}/events", page::events),
    page("GET", "/admin/organizations/{slug}/security", page::security),
    page("POST", "/admin/organizations/{slug}/security/settings", page::change_settings),
    page("POST", "/admin/organizations/{slug}/security/tokens", page::create_token),
    page("GET", "/admin/organizations/{slug}/security/tokens", page::back_to_security),
    page("GET", "/admin/organizations/{slug}/security/tokens/{}/rotate", page::back_to_security),
    page("POST", "/admin/organizations/{slug}/security/tokens/{}/rotate", page::rotate_token),
    page("POST", "/admin/organizations/{slug}/security/tokens/{}/revoke", page::revoke_token),
    page("GET", "/admin/organizations/{slug}/admins", page::admins),
    page("POST", "/admin/organizations/{slug}/admins", page::create_account),
    page("POST", "/admin/organizations/{slug}/admins/{}/password", page::reset_password),
    page("POST", "/admin/organizations/{slug}/admins/{}/own-password", page::choose_password),
    page("POST", "/admin/organizations/{slug}/admins/{}/disable", page::disable_account),
    page("POST", "/admin/organizations/{slug}/admins/{}/remove", page::remove_account),
    page("POST", "/admin/organizations/{slug}/sessions/{}/end", page::end_sign_in),
    page("GET", "/admin/organizations/{slug}/conflicts", page::conflicts),
    page("POST", "/admin/organizations/{slug}/conflicts/resolve", page::resolve_conflicts),
    page("POST", "/admin/organizations/{slug}/conflicts/{}/resolve", page::resolve_conflict),
    page("GET", "/admin/organizations/{slug}/people", page::people),
    page("GET", "/admin/organizations/{slug}/people/{}", page::person_page),
    page("POST", "/admin/organizations/{slug}/people/{}/put", page::put_person),
    page("POST", "/admin/organizations/{slug}/people/{}/take", page::take_person),
    page("GET", "/admin/organizations/{slug}/teams", page::entities::<Teams>),
    page("POST", "/admin/organizations/{slug}/teams", page::create_entity::<Teams>),
    page("GET", "/admin/organizations/{slug}/teams/{}", page::entity::<Teams>),
    page("POST", "/admin/organizations/{slug}/teams/{}/rename", page::rename_entity::<Teams>),
    page("POST", "/admin/organizations/{slug}/teams/{}/delete", page::delete_entity::<Teams>),
    page("POST", "/admin/organizations/{slug}/teams/{}/members", page::change_member::<Teams>),
    page("GET", "/admin/organizations/{slug}/concurrency-groups", page::entities::<ConcurrencyGroups>),
    page("POST", "/admin/organizations/{slug}/concurrency-groups", page::create_entity::<ConcurrencyGroups>),
    page("GET", "/admin/organizations/{slug}/concurrency-groups/{}", page::entity::<ConcurrencyGroups>),
    page(
        "POST",
        "/admin/organizations/{slug}/concurrency-groups/{}/rename",
        page::rename_entity::<ConcurrencyGroups>,
    ),
    page(
        "POST",
        "/admin/organizations/{slug}/concurrency-groups/{}/delete",
        page::delete_entity::<ConcurrencyGroups>,
    ),
    page(
        "POST",
        "/admin/organizations/{slug}/concurrency-groups/{}/members",
        page::change_member::<ConcurrencyGroups>,
    ),
    page("GET", "/admin/organizations/{slug}/sub-organizations", page::entities::<SubOrganizations>),
    page("POST", "/admin/organizations/{slug}/sub-organizations", page::create_entity::<SubOrganizations>),
    page("GET", "/admin/organizations/{slug}/sub-organizations/{}", page::entity::<SubOrganizations>),
    page(
        "POST",
        "/admin/organizations/{slug}/sub-organizations/{}/rename",
        page::rename_entity::<SubOrganizations>,
    ),
    page(
        "POST",
        "/admin/organizations/{slug}/sub-organizations/{}/delete",
        page::delete_entity::<SubOrganizations>,
    ),
    page(
        "POST",
        "/admin/organizations/{slug}/sub-organizations/{}/members",
        page::change_member::<SubOrganizations>,
    ),
    page("GET", "/admin/organizations/{slug}/rules", page::rules),
    page("GET", "/admin/organizations/{slug}/rules/new", page::new_rule),
    page("POST", "/admin/organizations/{slug}/rules/preview", page::preview_rule),
    page("POST", "/admin/organizations/{slug}/rules/save", page::save_rule),
    // Who asks for the address of an answer again, signed in anew for instance, begins with an empty form.
    page("GET", "/admin/organizations/{slug}/rules/preview", page::new_rule),
    page("GET", "/admin/organizations/{slug}/rules/save", page::new_rule),
    page("GET", "/admin/organizations/{slug}/rules/run", page::show_run_of_rules),
    page("POST", "/admin/organizations/{slug}/rules/run", page::run_rules),
    page("GET", "/admin/organizations/{slug}/rules/export", page::export_rules),
    page("GET", "/admin/organizations/{slug}/rules/{}", page::rule),
    page("POST", "/admin/organizations/{slug}/rules/{}/move", page::move_rule),
    page("POST", "/admin/organizations/{slug}/rules/{}/delete", page::delete_rule),
    page("GET", "/admin/organizations/{slug}/groups", page::groups),
    page("POST", "/admin/organizations/{slug}/groups/decide", page::decide_groups),
    page("GET", "/admin/organizations/{slug}/groups/{}", page::group),
    page("POST", "/admin/organizations/{slug}/groups/{}/map", page::map_group),
    page("POST", "/admin/organizations/{slug}/mappings/{}/approve", page::approve_mapping),
    page("POST", "/admin/organizations/{slug}/mappings/{}/reject", page::reject_mapping),
    page("POST", "/admin/organizations/{slug}/mappings/{}/remove", page::remove_mapping),
    open_page("GET", "/admin/assets/{}", page::asset),
];
