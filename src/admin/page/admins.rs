//! Admins and their sign-ins.

use minijinja::{Value, context};
use rouille::Response;

use crate::admin::admins::{hashed, log_change, named, reach};
use crate::admin::handle::{Admin, has_server_scope};
use crate::admin::page::frame::{Page, Section};
use crate::admin::sessions;
use crate::directory::{
    AdminChange, AdminSpec, account_json, change_admin, create_admin, end_session, generate_password,
    remove_admin, session_json,
};
use crate::model::account::Account;
use crate::model::call::Call;
use crate::model::error::Result;
use crate::model::form::Form;
use crate::model::id::SessionId;
use crate::store::Page as Slice;

/// More admins, and sign-ins, than there are.
const ALL: Slice = Slice { after: 0, limit: 1_000 };

/// `GET admins`.
///
/// # Errors
/// Those of the store.
pub fn admins(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Admins)?;
    page.render("admins.html", shown(&page, None)?)
}

/// `POST admins` with `name` and `server_scope`: the answer shows the first password, this once.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; those of the store.
pub fn create_account(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Admins)?;
    let form = Form::parse(&call.body)?;
    let name = form.get("name").trim().to_owned();
    let password = generate_password(admin.directory.ids());
    let made = reach(call, form.get("server_scope") == "on").and_then(|reach| {
        let spec = AdminSpec { password: Some(hashed(admin, &name, &password)?), name, reach };
        let at = call.at;
        let account = admin.directory.store().write(move |tx| create_admin(tx, &spec, at))?;
        log_change(call, "created", &account);
        Ok(account)
    });
    hand_out(&page, made, &password)
}

/// `POST admins/{id}/password`: a new one, which the answer shows, and the end of the admin's other sign-ins.
///
/// # Errors
/// As [`create_account`].
pub fn reset_password(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Admins)?;
    let password = generate_password(admin.directory.ids());
    let changed = change(admin, call, "gave a new password to", |account| {
        Ok(AdminChange { password: Some(hashed(admin, &account.name, &password)?), ..AdminChange::default() })
    });
    hand_out(&page, changed, &password)
}

/// `POST admins/{id}/own-password` with `password`: whoever is signed in chooses one.
///
/// # Errors
/// As [`create_account`].
pub fn choose_password(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Admins)?;
    let form = Form::parse(&call.body)?;
    let changed = change(admin, call, "changed the password of", |account| {
        Ok(AdminChange {
            password: Some(hashed(admin, &account.name, form.get("password"))?),
            ..AdminChange::default()
        })
    });
    page.done(
        "/admins",
        changed.map(|_| "The password is changed; other sign-ins of that admin have ended.".to_owned()),
    )
}

/// `POST admins/{id}/disable` with `disabled`: `on` or nothing.
///
/// # Errors
/// As [`create_account`].
pub fn disable_account(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Admins)?;
    let disabled = Form::parse(&call.body)?.get("disabled") == "on";
    let what = if disabled { "disabled" } else { "enabled" };
    let changed =
        change(admin, call, what, |_| Ok(AdminChange { disabled: Some(disabled), ..AdminChange::default() }));
    page.done("/admins", changed.map(|account| format!("\u{201c}{}\u{201d} is {what}.", account.name)))
}

/// `POST admins/{id}/remove`.
///
/// # Errors
/// As [`create_account`].
pub fn remove_account(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Admins)?;
    let removed = admin.read(|db| named(db, call)).and_then(|account| {
        let id = account.id;
        admin.directory.store().write(move |tx| remove_admin(tx, id))
    });
    if let Ok(account) = &removed {
        log_change(call, "removed", account);
    }
    page.done("/admins", removed.map(|account| format!("\u{201c}{}\u{201d} is removed.", account.name)))
}

/// `POST sessions/{id}/end`.
///
/// # Errors
/// As [`create_account`].
pub fn end_sign_in(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Admins)?;
    let ended = sessions::named(admin, call).and_then(|(session, _)| {
        let id: SessionId = session.id;
        admin.directory.store().write(move |tx| end_session(tx, id))
    });
    page.done("/admins", ended.map(|()| "That sign-in has ended.".to_owned()))
}

fn change(
    admin: &Admin,
    call: &Call,
    what: &str,
    wanted: impl FnOnce(&Account) -> Result<AdminChange>,
) -> Result<Account> {
    let account = admin.read(|db| named(db, call))?;
    let by = call.actor.as_ref().and_then(|actor| actor.session.as_ref()).map(|session| session.session);
    let change = AdminChange { by, ..wanted(&account)? };
    let (id, at) = (account.id, call.at);
    let account = admin.directory.store().write(move |tx| change_admin(tx, id, &change, at))?;
    log_change(call, what, &account);
    Ok(account)
}

fn hand_out(page: &Page<'_>, made: Result<Account>, password: &str) -> Result<Response> {
    match made {
        Ok(account) => page.render("admins.html", shown(page, Some((&account, password)))?),
        Err(problem) => page.refuse("admins.html", shown(page, None)?, problem),
    }
}

fn shown(page: &Page<'_>, made: Option<(&Account, &str)>) -> Result<Value> {
    let (id, reaches_all) = (page.organization.id, has_server_scope(page.call));
    let (accounts, sessions) =
        page.admin.read(|db| Ok((db.admins(id, reaches_all, ALL)?, db.sessions(id, reaches_all, ALL)?)))?;
    let own = page.call.actor.as_ref().and_then(|actor| actor.session.as_ref());
    let accounts: Vec<Value> = accounts
        .iter()
        .map(|account| {
            let is_own = own.is_some_and(|own| own.admin == account.id);
            context! { is_own, ..Value::from_serialize(account_json(account)) }
        })
        .collect();
    let living = sessions.iter().filter(|(session, _)| page.call.at < session.ends());
    let sessions: Vec<Value> = living
        .map(|(session, name)| {
            let is_own = own.is_some_and(|own| own.session == session.id);
            context! { is_own, ..Value::from_serialize(session_json(session, name)) }
        })
        .collect();
    Ok(context! {
        accounts, sessions,
        made => made.map(|(account, password)| context! { name => account.name, secret => password }),
    })
}
