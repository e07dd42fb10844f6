//! The one door: header and route in, actor and organization out.

use crate::auth::authenticate::authenticate;
use crate::auth::scope::{Access, Scope, authorize};
use crate::model::call::Actor;
use crate::model::error::{Error, Kind, Result};
use crate::model::organization::Organization;
use crate::model::time::Timestamp;
use crate::model::token::Token;
use crate::scim::deviations::{Notes, Tolerance};
use crate::store::Db;

/// What decides whether a request may come in.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// The `Authorization` header.
    pub header: Option<&'r str>,
    /// For whom the route is.
    pub scope: Scope,
    /// What the route does.
    pub access: Access,
    /// The organization that the path names.
    pub slug: Option<&'r str>,
    /// When the request came.
    pub now: Timestamp,
    /// Whether a token may come without a scheme.
    pub tolerance: Tolerance,
}

/// A request that may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Its token.
    pub token: Token,
    /// Whose it is.
    pub actor: Actor,
    /// What it is about: the token's own organization (SCIM), or the one that the path names; `None` on routes about
    /// the server.
    pub organization: Option<Organization>,
    /// What its credential relied on.
    pub notes: Notes,
}

/// Admits a request, or says why not; `None` where the route asks for no token, whatever was sent.
///
/// # Errors
/// Those of [`authenticate`] and [`authorize`]; `NotFound`, in the same words, for an organization that does not exist
/// and for one that the token does not reach.
pub fn admit(db: &Db<'_>, request: &Request<'_>) -> Result<Option<Admitted>> {
    let Some(kind) = request.scope.kind() else { return Ok(None) };
    let mut notes = Notes::default();
    let token = authenticate(db, request, kind, &mut notes)?;
    let own = db
        .organization_by_id(token.organization)?
        .ok_or_else(|| Error::internal(format!("token {} belongs to no organization", token.id)))?;
    // What is out of reach is not there, before anything is said of what may be done with it.
    let organization = match request.scope {
        Scope::Scim => Some(own.clone()),
        Scope::Public | Scope::Organization | Scope::Server | Scope::Test => {
            request.slug.map(|slug| reached(db, &token, &own, slug)).transpose()?
        }
    };
    authorize(request.scope, request.access, &token)?;
    let actor = Actor { name: token.name.clone(), organization: own, server_scope: token.server_scope };
    Ok(Some(Admitted { token, actor, organization, notes }))
}

/// The organization in the path, if the token reaches it.
fn reached(db: &Db<'_>, token: &Token, own: &Organization, slug: &str) -> Result<Organization> {
    let found = if own.slug == slug { Some(own.clone()) } else { db.organization(slug)? };
    found.filter(|found| token.server_scope || found.id == own.id).ok_or_else(|| {
        Error::new(Kind::NotFound, format!("There is no organization \"{slug}\" that this token reaches."))
    })
}
