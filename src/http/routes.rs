//! The one table of routes: reading it is reading both APIs.

use rouille::Response;

use crate::admin::entities::{ConcurrencyGroups, SubOrganizations, Teams};
use crate::admin::{self, Admin, Reply, entities, members, page};
use crate::auth::{Access, Scope};
use crate::http::probes::{self, Probes};
use crate::model::call::Call;
use crate::model::error::Result;
use crate::scim::{self, Scim};

/// Who answers a route.
#[derive(Clone, Copy)]
pub enum Handler {
    /// The protocol.
    Scim(fn(&Scim, &Call) -> Result<Response>),
    /// The admin API.
    Admin(fn(&Admin, &Call) -> Result<Reply>),
    /// A page for people.
    Page(fn(&Admin, &Call) -> Result<Response>),
    /// Liveness and readiness.
    Probe(fn(&Probes) -> Response),
}

/// One row.
#[derive(Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path; `{}` stands for one segment, `{slug}` for the one that names the organization.
    pub path: &'static str,
    /// Whose credential it asks for.
    pub scope: Scope,
    /// What it does with what it reaches.
    pub access: Access,
    /// Who answers.
    pub handler: Handler,
}

const fn scim(
    method: &'static str,
    path: &'static str,
    handler: fn(&Scim, &Call) -> Result<Response>,
) -> Route {
    let access = if matches!(method.as_bytes(), b"GET") { Access::Read } else { Access::Write };
    Route { method, path, scope: Scope::Scim, access, handler: Handler::Scim(handler) }
}

const fn discovery(path: &'static str, handler: fn(&Scim, &Call) -> Result<Response>) -> Route {
    Route { scope: Scope::Public, ..scim("GET", path, handler) }
}

const fn search(path: &'static str, handler: fn(&Scim, &Call) -> Result<Response>) -> Route {
    Route { access: Access::Read, ..scim("POST", path, handler) }
}

const fn admin(
    method: &'static str,
    path: &'static str,
    handler: fn(&Admin, &Call) -> Result<Reply>,
) -> Route {
    let access = if matches!(method.as_bytes(), b"GET") { Access::Read } else { Access::Write };
    Route { method, path, scope: Scope::Organization, access, handler: Handler::Admin(handler) }
}

/// A POST that only looks.
const fn look(path: &'static str, handler: fn(&Admin, &Call) -> Result<Reply>) -> Route {
    Route { access: Access::Read, ..admin("POST", path, handler) }
}

const fn server(
    method: &'static str,
    path: &'static str,
    handler: fn(&Admin, &Call) -> Result<Reply>,
) -> Route {
    Route { scope: Scope::Server, ..admin(method, path, handler) }
}

const fn page(
    method: &'static str,
    path: &'static str,
    handler: fn(&Admin, &Call) -> Result<Response>,
) -> Route {
    let access = if matches!(method.as_bytes(), b"GET") { Access::Read } else { Access::Write };
    Route { method, path, scope: Scope::Page, access, handler: Handler::Page(handler) }
}

/// A page for whoever comes.
const fn open_page(
    method: &'static str,
    path: &'static str,
    handler: fn(&Admin, &Call) -> Result<Response>,
) -> Route {
    Route { scope: Scope::Public, ..page(method, path, handler) }
}

const fn probe(path: &'static str, handler: fn(&Probes) -> Response) -> Route {
    Route {
        method: "GET",
        path,
        scope: Scope::Public,
        access: Access::Read,
        handler: Handler::Probe(handler),
    }
}

/// All routes.
pub const ROUTES: &[Route] = &[
    discovery("/scim/v2/ServiceProviderConfig", scim::discovery::service_provider_config),
    discovery("/scim/v2/Schemas", scim::discovery::schemas),
    discovery("/scim/v2/Schemas/{}", scim::discovery::schema),
    discovery("/scim/v2/ResourceTypes", scim::discovery::resource_types),
    discovery("/scim/v2/ResourceTypes/{}", scim::discovery::resource_type),
    scim("GET", "/scim/v2/Users", scim::lists::users),
    scim("POST", "/scim/v2/Users", scim::users::create),
    search("/scim/v2/Users/.search", scim::lists::search_users),
    scim("GET", "/scim/v2/Users/{}", scim::users::get),
    scim("PUT", "/scim/v2/Users/{}", scim::users::replace),
    scim("PATCH", "/scim/v2/Users/{}", scim::users::patch),
    scim("DELETE", "/scim/v2/Users/{}", scim::users::delete),
    scim("GET", "/scim/v2/Groups", scim::lists::groups),
    scim("POST", "/scim/v2/Groups", scim::groups::create),
    search("/scim/v2/Groups/.search", scim::lists::search_groups),
    scim("GET", "/scim/v2/Groups/{}", scim::groups::get),
    scim("PUT", "/scim/v2/Groups/{}", scim::groups::replace),
    scim("PATCH", "/scim/v2/Groups/{}", scim::groups::patch),
    scim("DELETE", "/scim/v2/Groups/{}", scim::groups::delete),
    search("/scim/v2/.search", scim::lists::search_all),
    scim("POST", "/scim/v2/Bulk", scim::bulk::process),
    scim("GET", "/scim/v2/Me", scim::discovery::me),
    scim("POST", "/scim/v2/Me", scim::discovery::me),
    scim("PUT", "/scim/v2/Me", scim::discovery::me),
    scim("PATCH", "/scim/v2/Me", scim::discovery::me),
    scim("DELETE", "/scim/v2/Me", scim::discovery::me),
    server("GET", "/api/v1/organizations", admin::organizations::list),
    server("POST", "/api/v1/organizations", admin::organizations::create),
    admin("GET", "/api/v1/organizations/{slug}", admin::organizations::show),
    admin("PATCH", "/api/v1/organizations/{slug}", admin::organizations::update),
    admin("GET", "/api/v1/organizations/{slug}/tokens", admin::tokens::list),
    admin("POST", "/api/v1/organizations/{slug}/tokens", admin::tokens::create),
    admin("GET", "/api/v1/organizations/{slug}/tokens/{}", admin::tokens::show),
    admin("DELETE", "/api/v1/organizations/{slug}/tokens/{}", admin::tokens::revoke),
    admin("POST", "/api/v1/organizations/{slug}/tokens/{}/rotate", admin::tokens::rotate),
    admin("GET", "/api/v1/organizations/{slug}/admins", admin::admins::list),
    admin("POST", "/api/v1/organizations/{slug}/admins", admin::admins::create),
    admin("GET", "/api/v1/organizations/{slug}/admins/{}", admin::admins::show),
    admin("PATCH", "/api/v1/organizations/{slug}/admins/{}", admin::admins::update),
    admin("DELETE", "/api/v1/organizations/{slug}/admins/{}", admin::admins::remove),
    admin("GET", "/api/v1/organizations/{slug}/sessions", admin::sessions::list),
    admin("GET", "/api/v1/organizations/{slug}/sessions/{}", admin::sessions::show),
    admin("DELETE", "/api/v1/organizations/{slug}/sessions/{}", admin::sessions::end),
    admin("GET", "/api/v1/organizations/{slug}/users", admin::users::list),
    admin("GET", "/api/v1/organizations/{slug}/users/{}", admin::users::show),
    admin("GET", "/api/v1/organizations/{slug}/users/{}/explain", admin::users::explain),
    admin("GET", "/api/v1/organizations/{slug}/groups", admin::groups::list),
    admin("GET", "/api/v1/organizations/{slug}/groups/{}", admin::groups::show),
    admin("GET", "/api/v1/organizations/{slug}/groups/{}/members", admin::groups::members),
    admin("POST", "/api/v1/organizations/{slug}/groups/{}/mappings", admin::groups::map),
    look("/api/v1/organizations/{slug}/groups/{}/mappings/preview", admin::preview::group),
    admin("GET", "/api/v1/organizations/{slug}/mappings", admin::mappings::list),
    admin("GET", "/api/v1/organizations/{slug}/mappings/{}", admin::mappings::show),
    admin("DELETE", "/api/v1/organizations/{slug}/mappings/{}", admin::mappings::remove),
    look("/api/v1/organizations/{slug}/mappings/{}/preview", admin::preview::mapping),
    admin("POST", "/api/v1/organizations/{slug}/mappings/{}/approve", admin::mappings::approve),
    admin("POST", "/api/v1/organizations/{slug}/mappings/{}/reject", admin::mappings::reject),
    admin("GET", "/api/v1/organizations/{slug}/mapping-rules", admin::rules::list),
    admin("POST", "/api/v1/organizations/{slug}/mapping-rules", admin::rules::create),
    look("/api/v1/organizations/{slug}/mapping-rules/preview", admin::preview::rules),
    admin("POST", "/api/v1/organizations/{slug}/mapping-rules/apply", admin::preview::apply),
    admin("GET", "/api/v1/organizations/{slug}/mapping-rules/{}", admin::rules::show),
    admin("PATCH", "/api/v1/organizations/{slug}/mapping-rules/{}", admin::rules::update),
    admin("DELETE", "/api/v1/organizations/{slug}/mapping-rules/{}", admin::rules::remove),
    admin("GET", "/api/v1/organizations/{slug}/conflicts", admin::conflicts::list),
    admin("POST", "/api/v1/organizations/{slug}/conflicts/resolve", admin::conflicts::resolve_many),
    admin("GET", "/api/v1/organizations/{slug}/conflicts/{}", admin::conflicts::show),
    admin("POST", "/api/v1/organizations/{slug}/conflicts/{}/resolve", admin::conflicts::resolve),
    admin("GET", "/api/v1/organizations/{slug}/teams", entities::list::<Teams>),
    admin("POST", "/api/v1/organizations/{slug}/teams", entities::create::<Teams>),
    admin("GET", "/api/v1/organizations/{slug}/teams/{}", entities::show::<Teams>),
    admin("PATCH", "/api/v1/organizations/{slug}/teams/{}", entities::update::<Teams>),
    admin("DELETE", "/api/v1/organizations/{slug}/teams/{}", entities::remove::<Teams>),
    admin("GET", "/api/v1/organizations/{slug}/teams/{}/members", members::list::<Teams>),
    admin("PUT", "/api/v1/organizations/{slug}/teams/{}/members/{}", members::put::<Teams>),
    admin("DELETE", "/api/v1/organizations/{slug}/teams/{}/members/{}", members::remove::<Teams>),
    admin("GET", "/api/v1/organizations/{slug}/concurrency-groups", entities::list::<ConcurrencyGroups>),
    admin("POST", "/api/v1/organizations/{slug}/concurrency-groups", entities::create::<ConcurrencyGroups>),
    admin("GET", "/api/v1/organizations/{slug}/concurrency-groups/{}", entities::show::<ConcurrencyGroups>),
    admin(
        "PATCH",
        "/api/v1/organizations/{slug}/concurrency-groups/{}",
        entities::update::<ConcurrencyGroups>,
    ),
    admin(
        "DELETE",
        "/api/v1/organizations/{slug}/concurrency-groups/{}",
        entities::remove::<ConcurrencyGroups>,
    ),
    admin(
        "GET",
        "/api/v1/organizations/{slug}/concurrency-groups/{}/members",
        members::list::<ConcurrencyGroups>,
    ),
    admin(
        "PUT",
        "/api/v1/organizations/{slug}/concurrency-groups/{}/members/{}",
        members::put::<ConcurrencyGroups>,
    ),
    admin(
        "DELETE",
        "/api/v1/organizations/{slug}/concurrency-groups/{}/members/{}",
        members::remove::<ConcurrencyGroups>,
    ),
    admin("GET", "/api/v1/organizations/{slug}/sub-organizations", entities::list::<SubOrganizations>),
    admin("POST", "/api/v1/organizations/{slug}/sub-organizations", entities::create::<SubOrganizations>),
    admin("GET", "/api/v1/organizations/{slug}/sub-organizations/{}", entities::show::<SubOrganizations>),
    admin("PATCH", "/api/v1/organizations/{slug}/sub-organizations/{}", entities::update::<SubOrganizations>),
    admin(
        "DELETE",
        "/api/v1/organizations/{slug}/sub-organizations/{}",
        entities::remove::<SubOrganizations>,
    ),
    admin(
        "GET",
        "/api/v1/organizations/{slug}/sub-organizations/{}/members",
        members::list::<SubOrganizations>,
    ),
    admin(
        "PUT",
        "/api/v1/organizations/{slug}/sub-organizations/{}/members/{}",
        members::put::<SubOrganizations>,
    ),
    admin(
        "DELETE",
        "/api/v1/organizations/{slug}/sub-organizations/{}/members/{}",
        members::remove::<SubOrganizations>,
    ),
    admin("GET", "/api/v1/organizations/{slug}/events", admin::events::list),
    admin("GET", "/api/v1/organizations/{slug}/requests", admin::requests::list),
    admin("GET", "/api/v1/organizations/{slug}/requests/{}", admin::requests::show),
    server("GET", "/api/v1/requests", admin::requests::list_unknown),
    server("GET", "/api/v1/requests/{}", admin::requests::show_unknown),
    page("GET", "/admin", page::home),
    open_page("GET", "/admin/sign-in", page::show_sign_in),
    open_page("POST", "/admin/sign-in", page::sign_in),
    page("POST", "/admin/sign-out", page::sign_out),
    open_page("GET", "/admin/assets/{}", page::asset),
    probe("/healthz", probes::healthy),
    probe("/readyz", probes::ready),
];

/// What a path leads to.
pub enum Found {
    /// A route, with the segments that stand for its placeholders, the organization's slug apart.
    Route {
        /// The row.
        route: &'static Route,
        /// The slug, where the path has one.
        slug: Option<String>,
        /// The other placeholders, in order.
        parameters: Vec<String>,
    },
    /// A path that other methods have.
    OtherMethods(Vec<&'static str>),
    /// No such path.
    Nothing,
}

/// Looks a request up. HEAD is answered as GET.
pub fn find(method: &str, segments: &[String]) -> Found {
    let method = if method == "HEAD" { "GET" } else { method };
    let mut others = Vec::new();
    for route in ROUTES {
        let Some((slug, parameters)) = match_path(route.path, segments) else { continue };
        if route.method == method {
            return Found::Route { route, slug, parameters };
        }
        if !others.contains(&route.method) {
            others.push(route.method);
        }
    }
    if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
}

fn match_path(path: &str, segments: &[String]) -> Option<(Option<String>, Vec<String>)> {
    let (mut slug, mut parameters) = (None, Vec::new());
    let mut given = segments.iter();
    for expected in path.split('/').filter(|segment| !segment.is_empty()) {
        let segment = given.next()?;
        match expected {
            "{slug}" => slug = Some(segment.clone()),
            "{}" => parameters.push(segment.clone()),
            // IdPs have paths typed in by people: letter case does not count.
            _ if expected.eq_ignore_ascii_case(segment) => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some((slug, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(path: &str) -> Vec<String> {
        path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn no_two_rows_answer_the_same_request() {
        for (index, route) in ROUTES.iter().enumerate() {
            let twin = ROUTES
                .iter()
                .skip(index + 1)
                .find(|other| other.method == route.method && other.path.eq_ignore_ascii_case(route.path));
            assert!(twin.is_none(), "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn a_fixed_segment_comes_before_a_placeholder_and_head_is_get() {
        let Found::Route { route, .. } = find("POST", &segments("/scim/v2/Users/.search")) else { panic!() };
        assert_eq!(route.path, "/scim/v2/Users/.search");
        let Found::Route { parameters, .. } = find("HEAD", &segments("/scim/v2/users/7")) else { panic!() };
        assert_eq!(parameters, ["7"]);
    }

    #[test]
    fn an_unknown_method_gets_the_known_ones() {
        let Found::OtherMethods(methods) = find("BREW", &segments("/scim/v2/Users/7")) else { panic!() };
        assert_eq!(methods, ["GET", "PUT", "PATCH", "DELETE"]);
        assert!(matches!(find("GET", &segments("/scim/v2/Sers")), Found::Nothing));
    }
}
