//! Who is signed in: of the organization's admins, and for a credential with server scope also of the server's.

use crate::admin::handle::{Admin, has_server_scope, organization};
use crate::admin::list::Listing;
use crate::admin::operation::Operation;
use crate::admin::reply::{self, Reply};
use crate::directory::{end_session, session_json, visible_admin};
use crate::model::account::Account;
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::id::SessionId;
use crate::model::session::Session;

/// Of [`list`].
pub const LIST: Operation = Operation::list("Who is signed in", "Session");
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One session", "Session");
/// Of [`end`].
pub const END: Operation = Operation::delete("Sign somebody out at once");

/// `GET sessions`: those that have not ended.
///
/// # Errors
/// Those of paging.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "sessions")?;
    let rows =
        admin.read(|db| db.sessions(organization(call)?.id, has_server_scope(call), listing.page()))?;
    let (rows, next) = listing.cut(rows, |(session, _)| [session.id.0]);
    let living = rows.iter().filter(|(session, _)| call.at < session.ends());
    Ok(reply::list(living.map(|(session, name)| session_json(session, name)).collect(), next))
}

/// `GET sessions/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    let (session, account) = named(admin, call)?;
    Ok(reply::ok(&session_json(&session, &account.name)))
}

/// `DELETE sessions/{id}`: signs the person out there, at once.
///
/// # Errors
/// `NotFound`.
pub fn end(admin: &Admin, call: &Call) -> Result<Reply> {
    let (session, _) = named(admin, call)?;
    admin.directory.store().write(move |tx| end_session(tx, session.id))?;
    Ok(reply::no_content())
}

/// The session in the path and whose it is, if the credential may see that admin.
pub(super) fn named(admin: &Admin, call: &Call) -> Result<(Session, Account)> {
    let text = call.parameter(0);
    let missing = || Error::not_found("session", text);
    let id = SessionId::parse(text).ok_or_else(missing)?;
    admin.read(|db| {
        let session = db.session(id)?.filter(|session| call.at < session.ends()).ok_or_else(missing)?;
        let account = visible_admin(db, session.admin, organization(call)?.id, has_server_scope(call));
        Ok((session, account.map_err(|_| missing())?))
    })
}
