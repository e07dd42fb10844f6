//! Creating organizations and switching their features (mapping.md §2.5, §2.6 and §4.6).

use serde_json::json;

use crate::directory::change::Change;
use crate::directory::documents::organization_json;
use crate::ids::Ids;
use crate::mapping::targets;
use crate::model::entity::{CreatedBy, TargetType};
use crate::model::error::{Error, Kind, Result};
use crate::model::event::EventKind;
use crate::model::id::OrganizationId;
use crate::model::name;
use crate::model::organization::{Features, Organization};
use crate::model::time::Timestamp;
use crate::store::{NewEntity, NewOrganization, Tx};

/// The name of the concurrency group that everybody is in who is in no other.
const DEFAULT_CONCURRENCY_GROUP: &str = "Default";

/// What an admin changes of an organization; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganizationChange {
    /// Its name for people.
    pub name: Option<String>,
    /// Its plan.
    pub plan: Option<String>,
    /// Whether single sign-on is set up.
    pub sso: Option<bool>,
    /// What is switched on.
    pub features: Option<Features>,
    /// Until when bodies of requests are recorded; `Some(None)` ends it.
    pub record_bodies_until: Option<Option<Timestamp>>,
}

/// Creates an organization with its default concurrency group.
///
/// # Errors
/// `InvalidValue` for a slug of other characters than lower-case letters, digits and hyphens, or a name that is none;
/// `Conflict` when the slug is taken.
pub fn create_organization(tx: &Tx<'_>, ids: &Ids, new: &NewOrganization) -> Result<OrganizationId> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if new.slug.is_empty() || new.slug.len() > 63 || !new.slug.chars().all(allowed) {
        return Err(Error::invalid_value(format!(
            "slug: \"{}\" must be 1 to 63 lower-case letters, digits and hyphens.",
            new.slug
        ))
        .at("slug"));
    }
    if tx.organization(&new.slug)?.is_some() {
        return Err(Error::new(
            Kind::Conflict,
            format!("slug: there is an organization \"{}\" already.", new.slug),
        )
        .at("slug"));
    }
    let name = name::parse("name", &new.name)?;
    let organization = tx.insert_organization(&NewOrganization { name, ..new.clone() })?;
    tx.insert_entity(&NewEntity {
        organization,
        id: &ids.resource_id(new.created),
        target_type: TargetType::ConcurrencyGroup,
        name: DEFAULT_CONCURRENCY_GROUP,
        is_default: true,
        created_by: CreatedBy::Admin,
        created: new.created,
    })?;
    Ok(organization)
}

impl Change<'_> {
    /// Changes an organization's name and settings. A feature that is switched off freezes its mappings, one that is
    /// switched on approves them again.
    ///
    /// # Errors
    /// `InvalidValue` for a name that is none.
    pub fn update_organization(&mut self, change: OrganizationChange) -> Result<Organization> {
        let before = self.organization.clone();
        let name = change.name.map(|name| name::parse("name", &name)).transpose()?;
        let after = Organization {
            name: name.unwrap_or(before.name.clone()),
            plan: change.plan.unwrap_or(before.plan.clone()),
            sso: change.sso.unwrap_or(before.sso),
            features: change.features.unwrap_or(before.features),
            record_bodies_until: change.record_bodies_until.unwrap_or(before.record_bodies_until),
            ..before.clone()
        };
        if after == before {
            return Ok(after);
        }
        self.tx.update_organization(&after)?;
        self.organization = after.clone();
        self.record(EventKind::SettingsChanged, json!({"organization": organization_json(&after)}));
        for target_type in TargetType::ALL {
            if targets::is_on(before.features, target_type) != targets::is_on(after.features, target_type) {
                targets::feature_switched(&mut self.board()?, target_type)?;
            }
        }
        if before.features.concurrency_groups != after.features.concurrency_groups {
            self.concurrency_groups_switched()?;
        }
        Ok(after)
    }

    /// `LambdatestGroup` is stored without effect while the feature is off (mapping.md §5.7); what was stored meanwhile
    /// takes effect now, as far as it names a concurrency group.
    fn concurrency_groups_switched(&mut self) -> Result<()> {
        for (user, name, bound) in self.tx.users_with_concurrency_group(self.organization.id)? {
            if !bound {
                let named =
                    self.tx.entity_named(self.organization.id, TargetType::ConcurrencyGroup, &name)?;
                if let Some(entity) = named {
                    self.tx.bind_concurrency_group(user, Some(entity.id))?;
                }
            }
            self.touch(user, None);
        }
        Ok(())
    }
}
