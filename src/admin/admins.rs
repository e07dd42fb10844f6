//! People who sign in: those of the organization, and for a credential with server scope also those of the server.

use serde_json::{Value, json};

use crate::admin::body::Fields;
use crate::admin::handle::{Admin, has_server_scope, organization};
use crate::admin::list::Listing;
use crate::admin::operation::{Body, Operation};
use crate::admin::reply::{self, Reply};
use crate::directory::{
    AdminChange, AdminSpec, Hashed, account_json, change_admin, create_admin, generate_password,
    remove_admin, visible_admin,
};
use crate::model::account::{Account, Reach};
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::id::AdminId;
use crate::store::Db;

/// Of [`list`].
pub const LIST: Operation = Operation::list("People who sign in", "AdminAccount");
/// Of [`create`].
pub const CREATE: Operation =
    Operation::create("Make an admin; a password that is made up is shown once", "NewAdmin", "MadeAdmin");
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One admin", "AdminAccount");
/// Of [`update`].
pub const UPDATE: Operation = Operation::change(
    "Change name or password, disable or enable",
    Body::Required("AdminChange"),
    "AdminAccount",
);
/// Of [`remove`].
pub const REMOVE: Operation = Operation::delete("Remove an admin, with all sessions");

/// `GET admins`.
///
/// # Errors
/// Those of paging.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "admins")?;
    let rows = admin.read(|db| db.admins(organization(call)?.id, has_server_scope(call), listing.page()))?;
    let (rows, next) = listing.cut(rows, |account| [account.id.0]);
    Ok(reply::list(rows.iter().map(account_json).collect(), next))
}

/// `POST admins` `{name, password?, server_scope?}`. Without a password one is made up, and is in this answer only.
///
/// # Errors
/// `InvalidValue` naming the field; `Conflict` when the name is taken; `Forbidden` for `server_scope` without it.
pub fn create(admin: &Admin, call: &Call) -> Result<Reply> {
    let mut fields = Fields::of_body(call, &["name", "password", "server_scope"])?;
    let name: String = fields.required("name")?;
    let given: Option<String> = fields.optional("password")?;
    let reach = reach(call, fields.optional("server_scope")?.unwrap_or(false))?;
    let made_up = given.is_none().then(|| generate_password(admin.directory.ids()));
    let password = hashed(admin, &name, given.as_deref().or(made_up.as_deref()).unwrap_or_default())?;
    let spec = AdminSpec { name, reach, password: Some(password) };
    let at = call.at;
    let account = admin.directory.store().write(move |tx| create_admin(tx, &spec, at))?;
    log_change(call, "created", &account);
    let mut document = account_json(&account);
    if let (Some(password), Value::Object(members)) = (made_up, &mut document) {
        members.insert("password".to_owned(), json!(password));
    }
    reply::created(call, &format!("admins/{}", account.id), &document)
}

/// `GET admins/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    let account = admin.read(|db| named(db, call))?;
    Ok(reply::ok(&account_json(&account)))
}

/// `PATCH admins/{id}` `{name?, password?, disabled?}`. A new password, and being disabled, end the admin's sessions, but
/// not the one that asks.
///
/// # Errors
/// `NotFound`; `InvalidValue` naming the field; `Conflict` for a name that is taken, and for disabling the last admin of
/// the server.
pub fn update(admin: &Admin, call: &Call) -> Result<Reply> {
    let mut fields = Fields::of_body(call, &["name", "password", "disabled"])?;
    let account = admin.read(|db| named(db, call))?;
    let name: Option<String> = fields.changed("name")?;
    let password: Option<String> = fields.changed("password")?;
    let password = password
        .map(|password| hashed(admin, name.as_deref().unwrap_or(&account.name), &password))
        .transpose()?;
    let by = call.actor.as_ref().and_then(|actor| actor.session.as_ref()).map(|session| session.session);
    let change = AdminChange { name, password, disabled: fields.changed("disabled")?, by };
    let at = call.at;
    let account = admin.directory.store().write(move |tx| change_admin(tx, account.id, &change, at))?;
    log_change(call, "changed", &account);
    Ok(reply::ok(&account_json(&account)))
}

/// `DELETE admins/{id}`, with all sessions.
///
/// # Errors
/// `NotFound`; `Conflict` for the last admin of the server.
pub fn remove(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = admin.read(|db| named(db, call))?.id;
    let account = admin.directory.store().write(move |tx| remove_admin(tx, id))?;
    log_change(call, "removed", &account);
    Ok(reply::no_content())
}

/// The admin in the path, if the credential may see that one.
pub(super) fn named(db: &Db<'_>, call: &Call) -> Result<Account> {
    let text = call.parameter(0);
    let id = AdminId::parse(text).ok_or_else(|| Error::not_found("admin", text))?;
    visible_admin(db, id, organization(call)?.id, has_server_scope(call))
}

pub(super) fn reach(call: &Call, server_scope: bool) -> Result<Reach> {
    if !server_scope {
        return Ok(Reach::Organization(organization(call)?.id));
    }
    if has_server_scope(call) {
        return Ok(Reach::Server);
    }
    Err(Error::new(
        Kind::Forbidden,
        "server_scope: only a credential with server scope can make an admin who reaches the whole server. Leave it out for \
         an admin of this organization.",
    )
    .at("server_scope"))
}

pub(super) fn hashed(admin: &Admin, name: &str, password: &str) -> Result<Hashed> {
    admin.sign_in.passwords().take(name, password, admin.directory.ids())
}

/// Accounts are in no event feed; the log keeps who changed them.
pub(super) fn log_change(call: &Call, what: &str, account: &Account) {
    let who = call.actor.as_ref().map_or("", |actor| actor.name.as_str());
    log::info!("request {}: \"{who}\" {what} the admin \"{}\"", call.request_id, account.name);
}
