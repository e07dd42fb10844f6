//! Rows of `admins`.

use rusqlite::{Row, params};

use crate::model::account::{Account, Reach};
use crate::model::error::Result;
use crate::model::fold::fold;
use crate::model::id::{AdminId, OrganizationId};
use crate::model::time::Timestamp;
use crate::store::query::{Db, Page, Tx};

const COLUMNS: &str = "id, organization_id, name, created, last_sign_in, disabled";

fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: AdminId(row.get(0)?),
        reach: row
            .get::<_, Option<i64>>(1)?
            .map_or(Reach::Server, |organization| Reach::Organization(OrganizationId(organization))),
        name: row.get(2)?,
        created: Timestamp::from_millis(row.get(3)?),
        last_sign_in: row.get::<_, Option<i64>>(4)?.map(Timestamp::from_millis),
        disabled: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
    })
}

/// The column of a reach.
fn organization_of(reach: Reach) -> Option<i64> {
    match reach {
        Reach::Organization(organization) => Some(organization.0),
        Reach::Server => None,
    }
}

impl Db<'_> {
    /// The admin of this row.
    pub fn admin(&self, id: AdminId) -> Result<Option<Account>> {
        self.one(&format!("SELECT {COLUMNS} FROM admins WHERE id = ?1"), [id.0], read)
    }

    /// The admin of this name, compared without case.
    pub fn admin_named(&self, name: &str) -> Result<Option<Account>> {
        self.one(&format!("SELECT {COLUMNS} FROM admins WHERE name_key = ?1"), [fold(name)], read)
    }

    /// An admin's password as Argon2id in PHC text form; `None` also where there is none.
    pub fn admin_password(&self, id: AdminId) -> Result<Option<String>> {
        let row = self.one("SELECT password FROM admins WHERE id = ?1", [id.0], |row| row.get(0))?;
        Ok(row.flatten())
    }

    /// Admins of one organization by age, with those of the whole server where `and_server` says so.
    pub fn admins(&self, organization: OrganizationId, and_server: bool, page: Page) -> Result<Vec<Account>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM admins
                WHERE (organization_id = ?1 OR (?2 AND organization_id IS NULL)) AND id > ?3 ORDER BY id LIMIT ?4"
        );
        self.all(&sql, params![organization.0, and_server, page.after, page.limit], read)
    }

    /// All admins of the server by age.
    pub fn all_admins(&self) -> Result<Vec<Account>> {
        self.all(&format!("SELECT {COLUMNS} FROM admins ORDER BY id"), [], read)
    }

    /// How many admins reach the whole server and are not disabled.
    pub fn count_server_admins(&self) -> Result<i64> {
        self.number("SELECT count(*) FROM admins WHERE organization_id IS NULL AND disabled IS NULL", [])
    }
}

impl Tx<'_> {
    /// Stores an admin.
    ///
    /// # Errors
    /// `Conflict` when the name is taken.
    pub fn insert_admin(
        &self,
        name: &str,
        reach: Reach,
        password: Option<&str>,
        at: Timestamp,
    ) -> Result<AdminId> {
        let id = self.insert(
            "INSERT INTO admins (organization_id, name, name_key, password, created) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![organization_of(reach), name, fold(name), password, at.as_millis()],
        )?;
        Ok(AdminId(id))
    }

    /// Writes an admin's name, and since when nobody can sign in.
    pub fn update_admin(&self, account: &Account) -> Result<()> {
        self.run(
            "UPDATE admins SET name = ?2, name_key = ?3, disabled = ?4 WHERE id = ?1",
            params![
                account.id.0,
                account.name,
                fold(&account.name),
                account.disabled.map(Timestamp::as_millis)
            ],
        )?;
        Ok(())
    }

    /// Writes an admin's password, in PHC text form.
    pub fn set_admin_password(&self, id: AdminId, password: &str) -> Result<()> {
        self.run("UPDATE admins SET password = ?2 WHERE id = ?1", params![id.0, password])?;
        Ok(())
    }

    /// Writes when an admin last signed in.
    pub fn set_admin_signed_in(&self, id: AdminId, at: Timestamp) -> Result<()> {
        self.run("UPDATE admins SET last_sign_in = ?2 WHERE id = ?1", params![id.0, at.as_millis()])?;
        Ok(())
    }

    /// Removes an admin whose sessions and links are gone already.
    pub fn delete_admin(&self, id: AdminId) -> Result<()> {
        self.run("DELETE FROM admins WHERE id = ?1", [id.0])?;
        Ok(())
    }
}
