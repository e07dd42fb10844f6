//! `admin list|create|password|link|enable|disable|remove`: people who sign in to the admin page.

use serde_json::{Value, json};

use crate::cli::arguments::{AdminCommand, Common, NewAdmin, PasswordSource};
use crate::cli::output::{Outcome, Table};
use crate::cli::password::{self, Password};
use crate::cli::session::Session;
use crate::directory::{
    AdminChange, AdminSpec, Hashed, Passwords, account_json, change_admin, create_admin, create_link,
    remove_admin,
};
use crate::model::account::{Account, Reach};
use crate::model::error::{Error, Kind, Result};
use crate::model::time::Timestamp;

pub(super) fn run(command: AdminCommand, common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    match command {
        AdminCommand::List => list(&session),
        AdminCommand::Create(new) => create(&session, new),
        AdminCommand::Password { name, password } => set_password(&session, &name, password),
        AdminCommand::Link { name, expires } => link(&session, &name, expires.as_secs()),
        AdminCommand::Enable { name } => switch(&session, &name, false),
        AdminCommand::Disable { name } => switch(&session, &name, true),
        AdminCommand::Remove { name } => remove(&session, &name),
    }?;
    Ok(Outcome::Success)
}

fn list(session: &Session) -> Result<()> {
    let admins = session.read(|db| {
        let reach = |account: &Account| match account.reach {
            Reach::Server => Ok(None),
            Reach::Organization(id) => Ok(db.organization_by_id(id)?.map(|organization| organization.slug)),
        };
        db.all_admins()?
            .into_iter()
            .map(|account| Ok((reach(&account)?, account)))
            .collect::<Result<Vec<_>>>()
    })?;
    let value = admins.iter().map(|(slug, account)| with(account, "organization", json!(slug))).collect();
    session.print(&value, || {
        let mut table = Table::new(&["ID", "NAME", "REACH", "MAY SIGN IN", "CREATED", "LAST SIGN-IN"]);
        for (slug, account) in &admins {
            table.row([
                account.id.to_string(),
                account.name.clone(),
                slug.clone().unwrap_or_else(|| "server".to_owned()),
                if account.disabled.is_some() { "no" } else { "yes" }.to_owned(),
                account.created.to_string(),
                account.last_sign_in.map(|at| at.to_string()).unwrap_or_default(),
            ]);
        }
        table
    })
}

fn create(session: &Session, new: NewAdmin) -> Result<()> {
    let reach = match new.server {
        true => Reach::Server,
        false => Reach::Organization(session.organization()?.id),
    };
    let password = password::obtain(new.password, session.directory.ids())?;
    let hashed = hashed(session, &new.name, &password)?;
    let spec = AdminSpec { name: new.name, reach, password: Some(hashed) };
    let at = now(session);
    let account = session.directory.store().write(move |tx| create_admin(tx, &spec, at))?;
    show(session, &account, &password)
}

fn set_password(session: &Session, name: &str, source: PasswordSource) -> Result<()> {
    let account = named(session, name)?;
    let password = password::obtain(source, session.directory.ids())?;
    let change =
        AdminChange { password: Some(hashed(session, &account.name, &password)?), ..AdminChange::default() };
    let account = changed(session, &account, change)?;
    show(session, &account, &password)
}

fn switch(session: &Session, name: &str, disabled: bool) -> Result<()> {
    let account = named(session, name)?;
    let change = AdminChange { disabled: Some(disabled), ..AdminChange::default() };
    let account = changed(session, &account, change)?;
    let what = if disabled { "is signed out and cannot sign in" } else { "can sign in" };
    session.say(&account_json(&account), &format!("{} {what}.", account.name))
}

fn remove(session: &Session, name: &str) -> Result<()> {
    let id = named(session, name)?.id;
    let account = session.directory.store().write(move |tx| remove_admin(tx, id))?;
    session.say(&json!({"id": account.id, "removed": true}), &format!("{} is removed.", account.name))
}

fn link(session: &Session, name: &str, seconds: u64) -> Result<()> {
    let account = named(session, name)?;
    let expires = now(session).plus_seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
    let server = &session.config.server;
    let base_url =
        server.public_url.as_ref().map_or_else(|| format!("http://{}", server.listen), ToString::to_string);
    let ids = session.directory.ids().clone();
    let url =
        session.directory.store().write(move |tx| create_link(tx, &ids, &account, expires, &base_url))?;
    session.print(&json!({"url": url, "expires_at": expires}), || {
        Table::of_fields([("address (works once)", url.clone()), ("until", expires.to_string())])
    })
}

fn changed(session: &Session, account: &Account, change: AdminChange) -> Result<Account> {
    let (id, at) = (account.id, now(session));
    session.directory.store().write(move |tx| change_admin(tx, id, &change, at))
}

fn named(session: &Session, name: &str) -> Result<Account> {
    session.read(|db| db.admin_named(name))?.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!("There is no admin \"{name}\". \"rollcall admin list\" shows those there are."),
        )
    })
}

fn hashed(session: &Session, name: &str, password: &Password) -> Result<Hashed> {
    Passwords::default().take(name, &password.text, session.directory.ids())
}

fn now(session: &Session) -> Timestamp {
    session.directory.clock().now()
}

/// The account, and the password where nobody knows it yet.
fn show(session: &Session, account: &Account, password: &Password) -> Result<()> {
    let shown = password.is_made_up.then_some(password.text.as_str());
    let value = match shown {
        Some(text) => with(account, "password", json!(text)),
        None => account_json(account),
    };
    session.print(&value, || {
        let fields = [("id", account.id.to_string()), ("name", account.name.clone())];
        let password = shown.map(|text| ("password (not shown again)", text.to_owned()));
        Table::of_fields(fields.into_iter().chain(password))
    })
}

fn with(account: &Account, name: &str, value: Value) -> Value {
    let mut document = account_json(account);
    if let Value::Object(members) = &mut document {
        members.insert(name.to_owned(), value);
    }
    document
}
