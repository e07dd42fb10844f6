//! Rows of `sessions` and `sign_in_links`. The secrets themselves stay outside.

use rusqlite::{Row, params};

use crate::model::error::Result;
use crate::model::id::{AdminId, OrganizationId, SessionId};
use crate::model::session::{IDLE, Session};
use crate::model::time::Timestamp;
use crate::store::query::{Db, Page, Tx};

/// A session to be stored.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Whose it is.
    pub admin: AdminId,
    /// SHA-256 of the cookie's value.
    pub hash: [u8; 32],
    /// When it begins.
    pub created: Timestamp,
    /// When it ends whatever happens.
    pub expires: Timestamp,
    /// What the browser calls itself.
    pub user_agent: String,
    /// Where the person is.
    pub address: String,
}

const COLUMNS: &str = "s.id, s.admin_id, s.created, s.last_used, s.expires, s.user_agent, s.address";

fn read(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: SessionId(row.get(0)?),
        admin: AdminId(row.get(1)?),
        created: Timestamp::from_millis(row.get(2)?),
        last_used: Timestamp::from_millis(row.get(3)?),
        expires: Timestamp::from_millis(row.get(4)?),
        user_agent: row.get(5)?,
        address: row.get(6)?,
    })
}

/// The sessions that have ended by ?1, where ?2 is how long one lasts without use.
const OVER: &str = "SELECT id FROM sessions WHERE min(expires, last_used + ?2) <= ?1";

impl Db<'_> {
    /// The session with this SHA-256; whether it has ended is for the caller to see.
    pub fn session_by_hash(&self, hash: &[u8; 32]) -> Result<Option<Session>> {
        self.one(&format!("SELECT {COLUMNS} FROM sessions s WHERE s.hash = ?1"), [hash.as_slice()], read)
    }

    /// The session of this row.
    pub fn session(&self, id: SessionId) -> Result<Option<Session>> {
        self.one(&format!("SELECT {COLUMNS} FROM sessions s WHERE s.id = ?1"), [id.0], read)
    }

    /// Sessions of an organization's admins by age, with those of the whole server where `and_server` says so.
    pub fn sessions(
        &self,
        organization: OrganizationId,
        and_server: bool,
        page: Page,
    ) -> Result<Vec<(Session, String)>> {
        let sql = format!(
            "SELECT {COLUMNS}, a.name FROM sessions s JOIN admins a ON a.id = s.admin_id
                WHERE (a.organization_id = ?1 OR (?2 AND a.organization_id IS NULL)) AND s.id > ?3
                ORDER BY s.id LIMIT ?4"
        );
        self.all(&sql, params![organization.0, and_server, page.after, page.limit], |row| {
            Ok((read(row)?, row.get(7)?))
        })
    }

    /// Whether there are sessions or links that have ended by `now`.
    pub fn has_ended_sessions(&self, now: Timestamp) -> Result<bool> {
        let sql =
            format!("SELECT EXISTS ({OVER}) OR EXISTS (SELECT 1 FROM sign_in_links WHERE expires <= ?1)");
        Ok(self.number(&sql, params![now.as_millis(), IDLE * 1000])? > 0)
    }

    /// Whether an admin has a session that began at this address.
    pub fn has_session_from(&self, admin: AdminId, address: &str) -> Result<bool> {
        let sql = "SELECT count(*) FROM sessions WHERE admin_id = ?1 AND address = ?2";
        Ok(self.number(sql, params![admin.0, address])? > 0)
    }
}

impl Tx<'_> {
    /// Stores a session.
    pub fn insert_session(&self, new: &NewSession) -> Result<SessionId> {
        let id = self.insert(
            "INSERT INTO sessions (admin_id, hash, created, last_used, expires, user_agent, address)
                VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)",
            params![
                new.admin.0,
                new.hash.as_slice(),
                new.created.as_millis(),
                new.expires.as_millis(),
                new.user_agent,
                new.address
            ],
        )?;
        Ok(SessionId(id))
    }

    /// Writes when a session was last used.
    pub fn set_session_used(&self, id: SessionId, at: Timestamp) -> Result<()> {
        self.run("UPDATE sessions SET last_used = ?2 WHERE id = ?1", params![id.0, at.as_millis()])?;
        Ok(())
    }

    /// Ends a session.
    pub fn delete_session(&self, id: SessionId) -> Result<()> {
        self.run("DELETE FROM sessions WHERE id = ?1", [id.0])?;
        Ok(())
    }

    /// Ends an admin's sessions, except one that is named.
    pub fn delete_sessions_of(&self, admin: AdminId, except: Option<SessionId>) -> Result<()> {
        let except = except.map(|session| session.0);
        self.run("DELETE FROM sessions WHERE admin_id = ?1 AND id IS NOT ?2", params![admin.0, except])?;
        Ok(())
    }

    /// Stores a sign-in link.
    pub fn insert_sign_in_link(&self, hash: &[u8; 32], admin: AdminId, expires: Timestamp) -> Result<()> {
        self.run(
            "INSERT INTO sign_in_links (hash, admin_id, expires) VALUES (?1, ?2, ?3)",
            params![hash.as_slice(), admin.0, expires.as_millis()],
        )?;
        Ok(())
    }

    /// Uses a sign-in link up; gives whom it signs in, unless there is none or it has expired.
    pub fn take_sign_in_link(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<AdminId>> {
        let sql = "SELECT admin_id, expires FROM sign_in_links WHERE hash = ?1";
        let found = self.one(sql, [hash.as_slice()], |row| {
            Ok((AdminId(row.get(0)?), Timestamp::from_millis(row.get(1)?)))
        })?;
        self.run("DELETE FROM sign_in_links WHERE hash = ?1", [hash.as_slice()])?;
        Ok(found.filter(|(_, expires)| now < *expires).map(|(admin, _)| admin))
    }

    /// Ends an admin's sign-in links.
    pub fn delete_sign_in_links_of(&self, admin: AdminId) -> Result<()> {
        self.run("DELETE FROM sign_in_links WHERE admin_id = ?1", [admin.0])?;
        Ok(())
    }

    /// Deletes the sessions and links that have ended by `now`.
    pub fn delete_ended_sessions(&self, now: Timestamp) -> Result<()> {
        let (now, idle) = (now.as_millis(), IDLE * 1000);
        self.run(&format!("DELETE FROM sessions WHERE id IN ({OVER})"), params![now, idle])?;
        self.run("DELETE FROM sign_in_links WHERE expires <= ?1", [now])?;
        Ok(())
    }
}
