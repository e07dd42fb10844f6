//! Signing in: by password or by link, and how often it may be tried.
//!
//! Failures count against the address that they come from and against the name that they try; each count drains by
//! itself, so nobody is locked out for good. From an address where an admin has a session the count of the name does not
//! hold the admin up: who tries a name from elsewhere cannot keep its owner out.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use crate::directory::Directory;
use crate::directory::admins::passwords::Passwords;
use crate::limiter::{Limiter, whole_seconds};
use crate::model::account::Account;
use crate::model::error::{Error, Kind, Result};
use crate::model::fold::fold;
use crate::model::id::AdminId;
use crate::model::session::{LIFE, SessionSecret};
use crate::model::time::Timestamp;
use crate::store::{NewSession, Tx};

/// How much of a browser's name for itself is kept, in characters.
const LONGEST_AGENT: usize = 200;

const MINUTE: Duration = Duration::from_secs(60);

/// The door for people; cheap to clone, one for the whole program.
#[derive(Clone)]
pub struct SignIn {
    passwords: Passwords,
    by_address: Arc<Limiter<IpAddr>>,
    by_name: Arc<Limiter<String>>,
}

/// Where a sign-in comes from.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Its address.
    pub address: IpAddr,
    /// What it calls itself.
    pub user_agent: String,
    /// When.
    pub at: Timestamp,
}

impl SignIn {
    /// A door that takes so many failures a minute from one address, and for one name.
    pub fn new(failures_per_minute: u32) -> SignIn {
        SignIn {
            passwords: Passwords::default(),
            by_address: Arc::new(Limiter::new(failures_per_minute, MINUTE, failures_per_minute)),
            by_name: Arc::new(Limiter::new(failures_per_minute, MINUTE, failures_per_minute)),
        }
    }

    /// What computes with passwords.
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// Signs in by name and password; gives a new session's secret, for the cookie.
    ///
    /// # Errors
    /// `Unauthorized`, in the same words and time, for an unknown name, a wrong password and a disabled account;
    /// `TooManyRequests` saying when to try again; `Unavailable` when too many computations wait.
    pub fn by_password(
        &self,
        directory: &Directory,
        name: &str,
        password: &str,
        browser: Browser,
    ) -> Result<SessionSecret> {
        let address = browser.address.to_string();
        let (account, stored, is_known_here) = directory.store().read(|db| {
            let Some(account) = db.admin_named(name)? else { return Ok((None, None, false)) };
            let stored = db.admin_password(account.id)?;
            let is_known_here = db.has_session_from(account.id, &address)?;
            Ok((Some(account), stored, is_known_here))
        })?;
        let key = fold(name);
        self.check_pace(&key, &browser, is_known_here)?;
        let is_right = self.passwords.verify(stored.as_deref(), password)?;
        match account.filter(|account| is_right && account.disabled.is_none()) {
            Some(account) => begin(directory, account.id, browser),
            None => {
                // An attempt beyond the count was refused above; whether this one fills it does not matter now.
                let _ = self.by_address.take(network(browser.address), browser.at);
                let _ = self.by_name.take(key, browser.at);
                log::warn!("a sign-in from {} failed", browser.address);
                Err(Error::new(
                    Kind::Unauthorized,
                    "Name or password is wrong, or the account is disabled. Try again; who runs this server can make a \
                     new password with \"rollcall admin password NAME\".",
                ))
            }
        }
    }

    /// Signs in by a one-time link; gives a new session's secret, for the cookie.
    ///
    /// # Errors
    /// `Unauthorized` for a link that was used, has expired or never was; `TooManyRequests` saying when to try again.
    pub fn by_link(&self, directory: &Directory, link: &str, browser: Browser) -> Result<SessionSecret> {
        self.by_address.look(&network(browser.address), browser.at).map_err(too_many)?;
        let taken = match SessionSecret::presented(link) {
            None => None,
            Some(link) => {
                let at = browser.at;
                directory.store().write(move |tx| {
                    let Some(admin) = tx.take_sign_in_link(&link.hash(), at)? else { return Ok(None) };
                    tx.admin(admin)
                })?
            }
        };
        match taken.filter(|account| account.disabled.is_none()) {
            Some(account) => begin(directory, account.id, browser),
            None => {
                let _ = self.by_address.take(network(browser.address), browser.at);
                Err(Error::new(
                    Kind::Unauthorized,
                    "This sign-in link was used already, or its time is over. Make a new one with \"rollcall admin link \
                     NAME\", or sign in with the password.",
                ))
            }
        }
    }

    fn check_pace(&self, key: &String, browser: &Browser, is_known_here: bool) -> Result<()> {
        self.by_address.look(&network(browser.address), browser.at).map_err(too_many)?;
        if is_known_here {
            return Ok(());
        }
        self.by_name.look(key, browser.at).map_err(too_many)
    }
}

/// A new session, whatever cookie the browser had before: nobody can prepare one for somebody else.
fn begin(directory: &Directory, admin: AdminId, browser: Browser) -> Result<SessionSecret> {
    let secret = SessionSecret::make(directory.ids().secret());
    let new = NewSession {
        admin,
        hash: secret.hash(),
        created: browser.at,
        expires: browser.at.plus_seconds(LIFE),
        user_agent: browser.user_agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect(),
        address: browser.address.to_string(),
    };
    let account = directory.store().write(move |tx| store(tx, &new))?;
    log::info!("admin \"{}\" signed in from {}", account.name, browser.address);
    Ok(secret)
}

/// The account is looked at again where it cannot change any more: it may have been removed meanwhile.
fn store(tx: &Tx<'_>, new: &NewSession) -> Result<Account> {
    let account = tx.admin(new.admin)?.filter(|account| account.disabled.is_none()).ok_or_else(|| {
        Error::new(Kind::Unauthorized, "The account was removed or disabled while you signed in.")
    })?;
    tx.insert_session(new)?;
    tx.set_admin_signed_in(new.admin, new.created)?;
    Ok(account)
}

/// Who has one IPv6 address has the 2^64 of its network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
        four => four,
    }
}

fn too_many(wait: Duration) -> Error {
    let seconds = whole_seconds(wait);
    let detail = format!("There were too many failed sign-ins. Try again in {seconds} seconds.");
    Error { retry_after: Some(seconds), ..Error::new(Kind::TooManyRequests, detail) }
}
