//! The one table of routes: reading it is reading both APIs.

use rouille::Response;

use crate::admin::entities::{ConcurrencyGroups, SubOrganizations, Teams};
use crate::admin::{
    Admin, Operation, Reply, admins, conflicts, deliveries, entities, events, groups, mappings, members,
    organizations, preview, requests, rules, sessions, snapshot, tokens, users, webhooks,
};
use crate::auth::{Access, Scope};
use crate::directory::Directory;
use crate::http::metrics::{self, Metrics};
use crate::http::openapi;
use crate::http::pages::PAGES;
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
    /// What the server did.
    Metrics(fn(&Metrics, &Directory) -> Result<Response>),
    /// Liveness and readiness.
    Probe(fn(&Probes) -> Response),
    /// The same for everybody, whatever is stored.
    Fixed(fn() -> Response),
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
    /// What it takes and answers, for the admin API's description.
    pub operation: Option<&'static Operation>,
}

const fn scim(
    method: &'static str,
    path: &'static str,
    handler: fn(&Scim, &Call) -> Result<Response>,
) -> Route {
    let access = if matches!(method.as_bytes(), b"GET") { Access::Read } else { Access::Write };
    Route { method, path, scope: Scope::Scim, access, handler: Handler::Scim(handler), operation: None }
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
    operation: &'static Operation,
) -> Route {
    let access = if matches!(method.as_bytes(), b"GET") { Access::Read } else { Access::Write };
    let handler = Handler::Admin(handler);
    Route { method, path, scope: Scope::Organization, access, handler, operation: Some(operation) }
}

/// A row below an organization.
macro_rules! tenant {
    ($method:literal $path:literal, $handler:expr, $operation:path) => {
        admin($method, concat!("/api/v1/organizations/{slug}", $path), $handler, &$operation)
    };
}

/// One that only looks, although it is a POST.
macro_rules! look {
    ($method:literal $path:literal, $handler:expr, $operation:path) => {
        Route { access: Access::Read, ..tenant!($method $path, $handler, $operation) }
    };
}

/// A row for server scope.
macro_rules! server {
    ($method:literal $path:literal, $handler:expr, $operation:path) => {
        Route { scope: Scope::Server, ..admin($method, concat!("/api/v1", $path), $handler, &$operation) }
    };
}

const fn probe(path: &'static str, handler: fn(&Probes) -> Response) -> Route {
    Route {
        method: "GET",
        path,
        scope: Scope::Public,
        access: Access::Read,
        handler: Handler::Probe(handler),
        operation: None,
    }
}

const fn fixed(path: &'static str, handler: fn() -> Response) -> Route {
    Route { handler: Handler::Fixed(handler), ..probe(path, probes::healthy) }
}

/// All routes of programs; those of people are in `http/pages.rs`.
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
    server!("GET" "/organizations", organizations::list, organizations::LIST),
    server!("POST" "/organizations", organizations::create, organizations::CREATE),
    tenant!("GET" "", organizations::show, organizations::SHOW),
    tenant!("PATCH" "", organizations::update, organizations::UPDATE),
    tenant!("GET" "/tokens", tokens::list, tokens::LIST),
    tenant!("POST" "/tokens", tokens::create, tokens::CREATE),
    tenant!("GET" "/tokens/{}", tokens::show, tokens::SHOW),
    tenant!("DELETE" "/tokens/{}", tokens::revoke, tokens::REVOKE),
    tenant!("POST" "/tokens/{}/rotate", tokens::rotate, tokens::ROTATE),
    tenant!("GET" "/admins", admins::list, admins::LIST),
    tenant!("POST" "/admins", admins::create, admins::CREATE),
    tenant!("GET" "/admins/{}", admins::show, admins::SHOW),
    tenant!("PATCH" "/admins/{}", admins::update, admins::UPDATE),
    tenant!("DELETE" "/admins/{}", admins::remove, admins::REMOVE),
    tenant!("GET" "/sessions", sessions::list, sessions::LIST),
    tenant!("GET" "/sessions/{}", sessions::show, sessions::SHOW),
    tenant!("DELETE" "/sessions/{}", sessions::end, sessions::END),
    tenant!("GET" "/users", users::list, users::LIST),
    tenant!("GET" "/users/{}", users::show, users::SHOW),
    tenant!("GET" "/users/{}/explain", users::explain, users::EXPLAIN),
    tenant!("GET" "/groups", groups::list, groups::LIST),
    tenant!("GET" "/groups/{}", groups::show, groups::SHOW),
    tenant!("GET" "/groups/{}/members", groups::members, groups::MEMBERS),
    tenant!("POST" "/groups/{}/mappings", groups::map, groups::MAP),
    look!("POST" "/groups/{}/mappings/preview", preview::group, preview::GROUP),
    tenant!("GET" "/mappings", mappings::list, mappings::LIST),
    tenant!("GET" "/mappings/{}", mappings::show, mappings::SHOW),
    tenant!("DELETE" "/mappings/{}", mappings::remove, mappings::REMOVE),
    look!("POST" "/mappings/{}/preview", preview::mapping, preview::MAPPING),
    tenant!("POST" "/mappings/{}/approve", mappings::approve, mappings::APPROVE),
    tenant!("POST" "/mappings/{}/reject", mappings::reject, mappings::REJECT),
    tenant!("GET" "/mapping-rules", rules::list, rules::LIST),
    tenant!("POST" "/mapping-rules", rules::create, rules::CREATE),
    look!("POST" "/mapping-rules/preview", preview::rules, preview::RULES),
    tenant!("POST" "/mapping-rules/apply", preview::apply, preview::APPLY),
    tenant!("GET" "/mapping-rules/{}", rules::show, rules::SHOW),
    tenant!("PATCH" "/mapping-rules/{}", rules::update, rules::UPDATE),
    tenant!("DELETE" "/mapping-rules/{}", rules::remove, rules::REMOVE),
    tenant!("GET" "/conflicts", conflicts::list, conflicts::LIST),
    tenant!("POST" "/conflicts/resolve", conflicts::resolve_many, conflicts::RESOLVE_MANY),
    tenant!("GET" "/conflicts/{}", conflicts::show, conflicts::SHOW),
    tenant!("POST" "/conflicts/{}/resolve", conflicts::resolve, conflicts::RESOLVE),
    tenant!("GET" "/teams", entities::list::<Teams>, entities::LIST),
    tenant!("POST" "/teams", entities::create::<Teams>, entities::CREATE),
    tenant!("GET" "/teams/{}", entities::show::<Teams>, entities::SHOW),
    tenant!("PATCH" "/teams/{}", entities::update::<Teams>, entities::UPDATE),
    tenant!("DELETE" "/teams/{}", entities::remove::<Teams>, entities::REMOVE),
    tenant!("GET" "/teams/{}/members", members::list::<Teams>, members::LIST),
    tenant!("PUT" "/teams/{}/members/{}", members::put::<Teams>, members::PUT),
    tenant!("DELETE" "/teams/{}/members/{}", members::remove::<Teams>, members::REMOVE),
    tenant!("GET" "/concurrency-groups", entities::list::<ConcurrencyGroups>, entities::LIST),
    tenant!("POST" "/concurrency-groups", entities::create::<ConcurrencyGroups>, entities::CREATE),
    tenant!("GET" "/concurrency-groups/{}", entities::show::<ConcurrencyGroups>, entities::SHOW),
    tenant!("PATCH" "/concurrency-groups/{}", entities::update::<ConcurrencyGroups>, entities::UPDATE),
    tenant!("DELETE" "/concurrency-groups/{}", entities::remove::<ConcurrencyGroups>, entities::REMOVE),
    tenant!("GET" "/concurrency-groups/{}/members", members::list::<ConcurrencyGroups>, members::LIST),
    tenant!("PUT" "/concurrency-groups/{}/members/{}", members::put::<ConcurrencyGroups>, members::PUT),
    tenant!("DELETE" "/concurrency-groups/{}/members/{}", members::remove::<ConcurrencyGroups>, members::REMOVE),
    tenant!("GET" "/sub-organizations", entities::list::<SubOrganizations>, entities::LIST),
    tenant!("POST" "/sub-organizations", entities::create::<SubOrganizations>, entities::CREATE),
    tenant!("GET" "/sub-organizations/{}", entities::show::<SubOrganizations>, entities::SHOW),
    tenant!("PATCH" "/sub-organizations/{}", entities::update::<SubOrganizations>, entities::UPDATE),
    tenant!("DELETE" "/sub-organizations/{}", entities::remove::<SubOrganizations>, entities::REMOVE),
    tenant!("GET" "/sub-organizations/{}/members", members::list::<SubOrganizations>, members::LIST),
    tenant!("PUT" "/sub-organizations/{}/members/{}", members::put::<SubOrganizations>, members::PUT),
    tenant!("DELETE" "/sub-organizations/{}/members/{}", members::remove::<SubOrganizations>, members::REMOVE),
    tenant!("GET" "/webhooks", webhooks::list, webhooks::LIST),
    tenant!("POST" "/webhooks", webhooks::create, webhooks::CREATE),
    tenant!("GET" "/webhooks/{}", webhooks::show, webhooks::SHOW),
    tenant!("PATCH" "/webhooks/{}", webhooks::update, webhooks::UPDATE),
    tenant!("DELETE" "/webhooks/{}", webhooks::remove, webhooks::REMOVE),
    tenant!("POST" "/webhooks/{}/rotate", webhooks::rotate, webhooks::ROTATE),
    tenant!("POST" "/webhooks/{}/test", deliveries::test, deliveries::TEST),
    tenant!("GET" "/webhooks/{}/deliveries", deliveries::list, deliveries::LIST),
    tenant!("GET" "/webhooks/{}/deliveries/{}", deliveries::show, deliveries::SHOW),
    tenant!("POST" "/webhooks/{}/deliveries/{}/redeliver", deliveries::redeliver, deliveries::REDELIVER),
    tenant!("GET" "/requests", requests::list, requests::LIST),
    tenant!("GET" "/requests/{}", requests::show, requests::SHOW),
    server!("GET" "/requests", requests::list_unknown, requests::LIST_UNKNOWN),
    server!("GET" "/requests/{}", requests::show_unknown, requests::SHOW_UNKNOWN),
    tenant!("GET" "/events", events::list, events::LIST),
    tenant!("GET" "/snapshot", snapshot::list, snapshot::LIST),
    fixed("/api/openapi.json", openapi::answer),
    probe("/healthz", probes::healthy),
    probe("/readyz", probes::ready),
    Route {
        method: "GET",
        path: "/metrics",
        scope: Scope::Server,
        access: Access::Read,
        handler: Handler::Metrics(metrics::read),
        operation: None,
    },
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

/// The whole table: the programs' part and the pages.
pub fn all() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().chain(PAGES)
}

/// Looks a request up. HEAD is answered as GET. Where paths with fewer placeholders fit, those with more do not count.
pub fn find(method: &str, segments: &[String]) -> Found {
    let method = if method == "HEAD" { "GET" } else { method };
    let fitting: Vec<_> = all()
        .filter_map(|route| {
            match_path(route.path, segments).map(|(slug, parameters)| (route, slug, parameters))
        })
        .collect();
    let fewest = fitting.iter().map(|(_, _, parameters)| parameters.len()).min().unwrap_or_default();
    let mut others = Vec::new();
    for (route, slug, parameters) in fitting.into_iter().filter(|(_, _, found)| found.len() == fewest) {
        if route.method == method {
            return Found::Route { route, slug, parameters };
        }
        if !others.contains(&route.method) {
            others.push(route.method);
        }
    }
    if others.is_empty() { Found::Nothing } else { Found::OtherMethods(all_methods(others)) }
}

/// With those that every path has beside its rows (RFC 9110 §9.3.2 and §9.3.7).
fn all_methods(mut methods: Vec<&'static str>) -> Vec<&'static str> {
    if let Some(get) = methods.iter().position(|method| *method == "GET") {
        methods.insert(get + 1, "HEAD");
    }
    methods.push("OPTIONS");
    methods
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
        for (index, route) in all().enumerate() {
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
        assert_eq!(methods, ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]);
        assert!(matches!(find("GET", &segments("/scim/v2/Sers")), Found::Nothing));
        let Found::OtherMethods(methods) = find("GET", &segments("/scim/v2/Users/.search")) else { panic!() };
        assert_eq!(methods, ["POST", "OPTIONS"], "not those of /Users/{{}}");
    }
}
