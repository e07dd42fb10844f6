//! Accounts of admins: making, changing and removing them.

use serde_json::{Value, json};

use crate::directory::admins::passwords::Hashed;
use crate::model::account::{Account, Reach};
use crate::model::error::{Error, Kind, Result};
use crate::model::id::{AdminId, SessionId};
use crate::model::time::Timestamp;
use crate::store::Tx;

/// The longest name, in characters.
const LONGEST_NAME: usize = 200;

/// A new admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminSpec {
    /// What the person signs in with.
    pub name: String,
    /// How far the admin reaches.
    pub reach: Reach,
    /// The password; without one, only sign-in links open the account.
    pub password: Option<Hashed>,
}

/// What changes of an admin; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdminChange {
    /// The name.
    pub name: Option<String>,
    /// The password; a new one ends the admin's sessions and links.
    pub password: Option<Hashed>,
    /// Whether nobody can sign in; being disabled ends the admin's sessions and links.
    pub disabled: Option<bool>,
    /// The session that makes the change, which goes on.
    pub by: Option<SessionId>,
}

/// Makes an admin.
///
/// # Errors
/// `InvalidValue` for a name that is empty, too long or has control characters; `Conflict` when it is taken.
pub fn create_admin(tx: &Tx<'_>, spec: &AdminSpec, at: Timestamp) -> Result<Account> {
    let name = checked_name(tx, &spec.name, None)?;
    let password = spec.password.as_ref().map(|password| password.0.as_str());
    let id = tx.insert_admin(&name, spec.reach, password, at)?;
    existing(tx, id)
}

/// Changes an admin.
///
/// # Errors
/// `NotFound`; those of a name, as for [`create_admin`]; `Conflict` for disabling the last admin of the whole server.
pub fn change_admin(tx: &Tx<'_>, id: AdminId, change: &AdminChange, at: Timestamp) -> Result<Account> {
    let mut account = existing(tx, id)?;
    if let Some(name) = &change.name {
        account.name = checked_name(tx, name, Some(id))?;
    }
    match change.disabled {
        Some(true) if account.disabled.is_none() => {
            keep_one_server_admin(tx, &account, "disabled")?;
            account.disabled = Some(at);
        }
        Some(false) => account.disabled = None,
        Some(true) | None => {}
    }
    tx.update_admin(&account)?;
    if let Some(password) = &change.password {
        tx.set_admin_password(id, &password.0)?;
    }
    if change.password.is_some() || account.disabled.is_some() {
        tx.delete_sessions_of(id, change.by.filter(|_| account.disabled.is_none()))?;
        tx.delete_sign_in_links_of(id)?;
    }
    Ok(account)
}

/// Removes an admin, with all sessions and links.
///
/// # Errors
/// `NotFound`; `Conflict` for the last admin of the whole server.
pub fn remove_admin(tx: &Tx<'_>, id: AdminId) -> Result<Account> {
    let account = existing(tx, id)?;
    keep_one_server_admin(tx, &account, "removed")?;
    tx.delete_sessions_of(id, None)?;
    tx.delete_sign_in_links_of(id)?;
    tx.delete_admin(id)?;
    Ok(account)
}

/// An admin as lists show one.
pub fn account_json(account: &Account) -> Value {
    json!({
        "id": account.id,
        "name": account.name,
        "server_scope": account.reach == Reach::Server,
        "disabled": account.disabled.is_some(),
        "created_at": account.created,
        "last_sign_in_at": account.last_sign_in,
    })
}

fn existing(tx: &Tx<'_>, id: AdminId) -> Result<Account> {
    tx.admin(id)?.ok_or_else(|| Error::not_found("admin", id))
}

fn keep_one_server_admin(tx: &Tx<'_>, account: &Account, what: &str) -> Result<()> {
    let counts = account.reach == Reach::Server && account.disabled.is_none();
    if !counts || tx.count_server_admins()? > 1 {
        return Ok(());
    }
    Err(Error::new(
        Kind::Conflict,
        format!(
            "\"{}\" is the last admin who reaches the whole server, and cannot be {what}. Create another one first: \
             \"rollcall admin create NAME --server\".",
            account.name
        ),
    ))
}

fn checked_name(tx: &Tx<'_>, name: &str, own: Option<AdminId>) -> Result<String> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid_value(format!(
            "name: an admin needs a name of 1 to {LONGEST_NAME} characters on one line; this one has {length}."
        ))
        .at("name"));
    }
    match tx.admin_named(name)? {
        Some(other) if Some(other.id) != own => Err(Error::new(
            Kind::Conflict,
            format!("name: \"{name}\" is taken by another admin of this server. Choose another name."),
        )
        .at("name")),
        Some(_) | None => Ok(name.to_owned()),
    }
}
