//! Rows of `organizations`.

use rusqlite::{Row, params};

use crate::model::error::Result;
use crate::model::id::OrganizationId;
use crate::model::organization::{Features, Organization};
use crate::model::time::Timestamp;
use crate::store::query::{Db, Page, Tx};

/// A tenant to be created.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    /// Its name in URLs and commands.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its plan.
    pub plan: String,
    /// What is switched on.
    pub features: Features,
    /// When.
    pub created: Timestamp,
}

const COLUMNS: &str =
    "id, slug, name, plan, sso, group_provisioning, teams, concurrency_groups, sub_organizations, created,
    record_bodies_until";

fn read(row: &Row<'_>) -> rusqlite::Result<Organization> {
    Ok(Organization {
        id: OrganizationId(row.get(0)?),
        slug: row.get(1)?,
        name: row.get(2)?,
        plan: row.get(3)?,
        sso: row.get(4)?,
        features: Features {
            group_provisioning: row.get(5)?,
            teams: row.get(6)?,
            concurrency_groups: row.get(7)?,
            sub_organizations: row.get(8)?,
        },
        created: Timestamp::from_millis(row.get(9)?),
        record_bodies_until: row.get::<_, Option<i64>>(10)?.map(Timestamp::from_millis),
    })
}

impl Db<'_> {
    /// The organization with this slug.
    pub fn organization(&self, slug: &str) -> Result<Option<Organization>> {
        self.one(&format!("SELECT {COLUMNS} FROM organizations WHERE slug = ?1"), [slug], read)
    }

    /// The organization of this row.
    pub fn organization_by_id(&self, id: OrganizationId) -> Result<Option<Organization>> {
        self.one(&format!("SELECT {COLUMNS} FROM organizations WHERE id = ?1"), [id.0], read)
    }

    /// Organizations by age.
    pub fn organizations(&self, page: Page) -> Result<Vec<Organization>> {
        let sql = format!("SELECT {COLUMNS} FROM organizations WHERE id > ?1 ORDER BY id LIMIT ?2");
        self.all(&sql, params![page.after, page.limit], read)
    }
}

impl Tx<'_> {
    /// Creates an organization.
    ///
    /// # Errors
    /// `Conflict` when the slug is taken.
    pub fn insert_organization(&self, new: &NewOrganization) -> Result<OrganizationId> {
        let id = self.insert(
            "INSERT INTO organizations (slug, name, plan, group_provisioning, teams, concurrency_groups,
                sub_organizations, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                new.slug,
                new.name,
                new.plan,
                new.features.group_provisioning,
                new.features.teams,
                new.features.concurrency_groups,
                new.features.sub_organizations,
                new.created.as_millis()
            ],
        )?;
        Ok(OrganizationId(id))
    }

    /// Writes an organization's name and settings.
    pub fn update_organization(&self, organization: &Organization) -> Result<()> {
        self.run(
            "UPDATE organizations SET name = ?2, plan = ?3, sso = ?4, group_provisioning = ?5, teams = ?6,
                concurrency_groups = ?7, sub_organizations = ?8, record_bodies_until = ?9 WHERE id = ?1",
            params![
                organization.id.0,
                organization.name,
                organization.plan,
                organization.sso,
                organization.features.group_provisioning,
                organization.features.teams,
                organization.features.concurrency_groups,
                organization.features.sub_organizations,
                organization.record_bodies_until.map(Timestamp::as_millis)
            ],
        )?;
        Ok(())
    }
}
