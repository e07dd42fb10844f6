//! The one door: headers and route in, actor and organization out.

use crate::auth::authenticate::authenticate;
use crate::auth::credential::Credential;
use crate::auth::scope::{Access, Door, Scope, authorize};
use crate::auth::sessions::{self, Browser};
use crate::model::call::{Actor, SignedIn};
use crate::model::error::{Error, Kind, Result};
use crate::model::organization::Organization;
use crate::model::time::Timestamp;
use crate::model::token::TokenKind;
use crate::scim::deviations::{Notes, Tolerance};
use crate::store::Db;

/// What decides whether a request may come in.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// The `Authorization` header.
    pub header: Option<&'r str>,
    /// What a browser says.
    pub browser: Browser<'r>,
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
    /// What it came with.
    pub credential: Credential,
    /// Whose it is.
    pub actor: Actor,
    /// What it is about: the token's own organization (SCIM), or the one that the path names; `None` on routes about
    /// the server.
    pub organization: Option<Organization>,
    /// What its credential relied on.
    pub notes: Notes,
}

/// Admits a request, or says why not; `None` where the route asks for no credential, whatever was sent.
///
/// # Errors
/// Those of authentication and of [`authorize`]; `NotFound`, in the same words, for an organization that does not exist
/// and for one that the credential does not reach.
pub fn admit(db: &Db<'_>, request: &Request<'_>) -> Result<Option<Admitted>> {
    let mut notes = Notes::default();
    let Some(credential) = recognise(db, request, &mut notes)? else { return Ok(None) };
    let own = match credential.organization() {
        None => None,
        Some(id) => Some(db.organization_by_id(id)?.ok_or_else(|| {
            Error::internal(format!("\"{}\" belongs to no organization", credential.name()))
        })?),
    };
    // What is out of reach is not there, before anything is said of what may be done with it.
    let organization = match request.scope.door() {
        Door::Scim => own.clone(),
        Door::Open | Door::Api | Door::Token | Door::Page => {
            request.slug.map(|slug| reached(db, &credential, own.as_ref(), slug)).transpose()?
        }
    };
    authorize(request.scope, request.access, &credential)?;
    let session = match &credential {
        Credential::Token(_) => None,
        Credential::Session { session, account, csrf } => {
            Some(SignedIn { admin: account.id, session: session.id, csrf: csrf.clone() })
        }
    };
    let actor = Actor {
        name: credential.name().to_owned(),
        organization: own,
        server_scope: credential.has_server_scope(),
        session,
    };
    Ok(Some(Admitted { credential, actor, organization, notes }))
}

/// What a request came with; `None` where nothing is asked for.
fn recognise(db: &Db<'_>, request: &Request<'_>, notes: &mut Notes) -> Result<Option<Credential>> {
    let mut token = |kind| authenticate(db, request, kind, notes).map(Credential::Token);
    let session = || {
        let (secret, session, account) = sessions::session(db, &request.browser, request.now)?;
        let csrf = secret.csrf();
        Ok((secret, Credential::Session { session, account, csrf }))
    };
    let credential = match request.scope.door() {
        Door::Open => return Ok(None),
        Door::Scim => token(TokenKind::Scim)?,
        Door::Token => token(TokenKind::Admin)?,
        Door::Page => session()?.1,
        // Who sends a token means the token; a cookie comes by itself.
        Door::Api if request.header.is_some() || request.browser.secret().is_none() => {
            token(TokenKind::Admin)?
        }
        Door::Api => {
            let (secret, credential) = session()?;
            sessions::check_script(&request.browser, &secret)?;
            credential
        }
    };
    Ok(Some(credential))
}

/// The organization in the path, if the credential reaches it.
fn reached(
    db: &Db<'_>,
    credential: &Credential,
    own: Option<&Organization>,
    slug: &str,
) -> Result<Organization> {
    let found = match own.filter(|own| own.slug == slug) {
        Some(own) => Some(own.clone()),
        None => db.organization(slug)?,
    };
    let is_own = |found: &Organization| own.is_some_and(|own| own.id == found.id);
    found.filter(|found| credential.has_server_scope() || is_own(found)).ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!("There is no organization \"{slug}\" that this credential reaches."),
        )
    })
}
