//! Sessions of admins: whom they show, and ending them.

use serde_json::{Value, json};

use crate::model::account::{Account, Reach};
use crate::model::error::{Error, Result};
use crate::model::id::{AdminId, OrganizationId, SessionId};
use crate::model::session::Session;
use crate::model::time::Timestamp;
use crate::store::{Db, Store, Tx};

/// An admin whom a credential may see that reaches this organization, or the whole server: admins of the organization,
/// and for server scope also those of the server.
///
/// # Errors
/// `NotFound` for any other.
pub fn visible_admin(
    db: &Db<'_>,
    id: AdminId,
    organization: OrganizationId,
    server_scope: bool,
) -> Result<Account> {
    db.admin(id)?
        .filter(|account| match account.reach {
            Reach::Organization(own) => own == organization,
            Reach::Server => server_scope,
        })
        .ok_or_else(|| Error::not_found("admin", id))
}

/// Ends a session.
///
/// # Errors
/// Only those of the store; one that has ended already is no error.
pub fn end_session(tx: &Tx<'_>, id: SessionId) -> Result<()> {
    tx.delete_session(id)
}

/// Deletes the sessions and sign-in links that have ended by `now`. Writes only where there are any.
///
/// # Errors
/// Those of the store.
pub fn end_sessions(store: &Store, now: Timestamp) -> Result<()> {
    if store.read(|db| db.has_ended_sessions(now))? {
        store.write(move |tx| tx.delete_ended_sessions(now))?;
    }
    Ok(())
}

/// A session as lists show one.
pub fn session_json(session: &Session, admin: &str) -> Value {
    json!({
        "id": session.id,
        "admin": {"id": session.admin, "name": admin},
        "created_at": session.created,
        "last_used_at": session.last_used,
        "expires_at": session.ends(),
        "user_agent": session.user_agent,
        "address": session.address,
    })
}
