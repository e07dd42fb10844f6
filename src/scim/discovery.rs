//! What this server tells of itself (RFC 7644 §4): true in every setting, and told without a token too.

use rouille::Response;
use serde_json::{Value, json};

use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::scim::errors::respond;
use crate::scim::lists::fixed;
use crate::scim::schema::ResourceKind;
use crate::scim::service::Scim;

/// `GET /ServiceProviderConfig`
pub fn service_provider_config(scim: &Scim, call: &Call) -> Result<Response> {
    let settings = &scim.settings;
    Ok(respond(
        200,
        &json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": {"supported": true},
            "bulk": {
                "supported": true,
                "maxOperations": settings.bulk_operations,
                "maxPayloadSize": settings.bulk_bytes,
            },
            "filter": {"supported": true, "maxResults": settings.page_size},
            "changePassword": {"supported": false},
            "sort": {"supported": true},
            "etag": {"supported": true},
            "pagination": {
                "cursor": true,
                "index": true,
                "defaultPaginationMethod": "index",
                "defaultPageSize": settings.page_size,
                "maxPageSize": settings.page_size,
            },
            "authenticationSchemes": [
                {
                    "type": "oauthbearertoken",
                    "name": "Bearer token",
                    "description": "The organization's SCIM token in the Authorization header.",
                    "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                    "primary": true,
                },
                {
                    "type": "httpbasic",
                    "name": "HTTP Basic",
                    "description": "The organization's SCIM token as the password; any user name.",
                    "specUri": "https://www.rfc-editor.org/rfc/rfc7617",
                },
            ],
            "meta": {
                "resourceType": "ServiceProviderConfig",
                "location": format!("{}/ServiceProviderConfig", scim.base(call)),
            },
        }),
    ))
}

/// `GET /Schemas`
pub fn schemas(scim: &Scim, call: &Call) -> Result<Response> {
    refuse_filter(call)?;
    Ok(fixed(&scim.schemas.render_schemas(&scim.base(call))))
}

/// `GET /Schemas/{urn}`
pub fn schema(scim: &Scim, call: &Call) -> Result<Response> {
    let urn = call.parameter(0);
    found(scim.schemas.render_schema(urn, &scim.base(call)), "schema", urn)
}

/// `GET /ResourceTypes`
pub fn resource_types(scim: &Scim, call: &Call) -> Result<Response> {
    refuse_filter(call)?;
    Ok(fixed(&scim.schemas.render_resource_types(&scim.base(call))))
}

/// `GET /ResourceTypes/{name}`
pub fn resource_type(scim: &Scim, call: &Call) -> Result<Response> {
    let name = call.parameter(0);
    let kind = [ResourceKind::User, ResourceKind::Group].into_iter().find(|kind| kind.as_str() == name);
    found(kind.map(|kind| scim.schemas.render_resource_type(kind, &scim.base(call))), "resource type", name)
}

/// `/Me` (RFC 7644 §3.11)
pub fn me(_: &Scim, _: &Call) -> Result<Response> {
    Err(Error::new(
        Kind::NotImplemented,
        "/Me is not offered: a SCIM token belongs to an identity provider, not to a user. Use /Users with a filter.",
    ))
}

/// Discovery is not searched (RFC 7644 §4).
fn refuse_filter(call: &Call) -> Result<()> {
    match call.query.get("filter") {
        None => Ok(()),
        Some(_) => Err(Error::new(
            Kind::Forbidden,
            "filter: the lists of schemas and resource types cannot be filtered (RFC 7644 §4). Leave it out.",
        )),
    }
}

fn found(resource: Option<Value>, what: &str, id: &str) -> Result<Response> {
    resource.map(|resource| respond(200, &resource)).ok_or_else(|| Error::not_found(what, id))
}
