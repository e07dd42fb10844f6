//! Organizations, their settings and features.

use serde_json::Value;

use crate::admin::body::{Edit, Field, Fields};
use crate::admin::handle::{Admin, has_server_scope, organization};
use crate::admin::list::Listing;
use crate::admin::operation::{Body, Operation};
use crate::admin::reply::{self, Reply};
use crate::admin::version::Condition;
use crate::directory::{About, OrganizationChange, create_organization, organization_json};
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::name;
use crate::model::organization::Features;
use crate::model::time::Timestamp;
use crate::store::NewOrganization;

const FEATURES: [&str; 4] = ["group_provisioning", "teams", "concurrency_groups", "sub_organizations"];

/// Of [`list`].
pub const LIST: Operation = Operation::list("All organizations", "Organization");
/// Of [`create`].
pub const CREATE: Operation =
    Operation::create("Make an organization", "NewOrganization", "Organization").versioned();
/// Of [`show`].
pub const SHOW: Operation = Operation::get("The organization with its settings", "Organization").versioned();
/// Of [`update`].
pub const UPDATE: Operation = Operation::change(
    "Change name, features, plan, sso",
    Body::Required("OrganizationChange"),
    "Organization",
)
.versioned();

/// `GET /organizations`.
///
/// # Errors
/// Those of paging.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "organizations")?;
    let rows = admin.read(|db| db.organizations(listing.page()))?;
    let (rows, next) = listing.cut(rows, |organization| [organization.id.0]);
    Ok(reply::list(rows.iter().map(organization_json).collect(), next))
}

/// `POST /organizations`: with the features of the configuration where the body does not say.
///
/// # Errors
/// `InvalidValue` naming the field; `Conflict` when the slug is taken.
pub fn create(admin: &Admin, call: &Call) -> Result<Reply> {
    let mut fields = Fields::of_body(call, &["slug", "name", "plan", "features"])?;
    let new = NewOrganization {
        slug: fields.required("slug")?,
        name: fields.required("name")?,
        plan: match fields.optional::<String>("plan")? {
            Some(plan) => name::parse("plan", &plan)?,
            None => admin.defaults.plan.clone(),
        },
        features: FeatureChange::read(&mut fields)?.applied_to(admin.defaults.features),
        created: call.at,
    };
    let ids = admin.directory.ids().clone();
    let made = admin.directory.store().write(move |tx| {
        let id = create_organization(tx, &ids, &new)?;
        tx.organization_by_id(id)?
            .ok_or_else(|| Error::internal("an organization is not there after it was written"))
    })?;
    let location = format!("{}/api/v1/organizations/{}", call.base_url, made.slug);
    Ok(reply::created_at(location, &organization_json(&made)).of_version(&made))
}

/// `GET` of an organization.
///
/// # Errors
/// None of its own.
pub fn show(_: &Admin, call: &Call) -> Result<Reply> {
    let organization = organization(call)?;
    Ok(reply::ok(&organization_json(organization)).of_version(organization))
}

/// `PATCH` of an organization.
///
/// # Errors
/// `InvalidValue` naming the field; `Forbidden` for `plan` and `sso` without server scope; `PreconditionFailed`.
pub fn update(admin: &Admin, call: &Call) -> Result<Reply> {
    let mut fields = Fields::of_body(call, &["name", "features", "plan", "sso", "record_bodies_until"])?;
    let name: Option<String> = fields.changed("name")?;
    let features = FeatureChange::read(&mut fields)?;
    let plan = match fields.edit::<String>("plan")? {
        Edit::Keep => None,
        Edit::Clear => Some(String::new()),
        Edit::Set(plan) => Some(name::parse("plan", &plan)?),
    };
    let sso = fields.changed::<Sso>("sso")?.map(|sso| sso.0);
    for (field, is_sent) in [("plan", plan.is_some()), ("sso", sso.is_some())] {
        if is_sent && !has_server_scope(call) {
            return Err(Error::new(
                Kind::Forbidden,
                format!(
                    "{field}: only a credential with server scope may set it. Nothing was changed; ask who runs this \
                     server, or leave the field out."
                ),
            )
            .at(field));
        }
    }
    let condition = Condition::of(call)?;
    let record_bodies_until = recording(admin, call, &mut fields)?;
    let about = About::Switched(features.applied_to(organization(call)?.features));
    let changed = admin.change_about(call, &about, move |change| {
        condition.check(change.organization())?;
        let features = Some(features.applied_to(change.organization().features));
        change.update_organization(OrganizationChange { name, plan, sso, features, record_bodies_until })
    })?;
    Ok(reply::ok(&organization_json(&changed)).of_version(&changed))
}

/// Until when bodies shall be recorded: not for ever, and only where the configuration allows it.
fn recording(admin: &Admin, call: &Call, fields: &mut Fields) -> Result<Option<Option<Timestamp>>> {
    const FIELD: &str = "record_bodies_until";
    let until = match fields.edit::<String>(FIELD)? {
        Edit::Keep => return Ok(None),
        Edit::Clear => return Ok(Some(None)),
        Edit::Set(text) => Timestamp::parse(&text).ok_or_else(|| {
            Error::invalid_value(format!("{FIELD}: \"{text}\" is not an RFC 3339 date and time.")).at(FIELD)
        })?,
    };
    admin.directory.requests().settings().check_recording(call.at, until).map(|()| Some(Some(until)))
}

/// The features that a body names; the others stay.
#[derive(Clone, Copy, Debug, Default)]
struct FeatureChange {
    group_provisioning: Option<bool>,
    teams: Option<bool>,
    concurrency_groups: Option<bool>,
    sub_organizations: Option<bool>,
}

impl FeatureChange {
    fn read(fields: &mut Fields) -> Result<FeatureChange> {
        let Some(mut fields) = fields.object("features", &FEATURES)? else {
            return Ok(FeatureChange::default());
        };
        Ok(FeatureChange {
            group_provisioning: fields.changed("group_provisioning")?,
            teams: fields.changed("teams")?,
            concurrency_groups: fields.changed("concurrency_groups")?,
            sub_organizations: fields.changed("sub_organizations")?,
        })
    }

    fn applied_to(self, before: Features) -> Features {
        Features {
            group_provisioning: self.group_provisioning.unwrap_or(before.group_provisioning),
            teams: self.teams.unwrap_or(before.teams),
            concurrency_groups: self.concurrency_groups.unwrap_or(before.concurrency_groups),
            sub_organizations: self.sub_organizations.unwrap_or(before.sub_organizations),
        }
    }
}

/// Whether single sign-on is set up: as it is answered, or in one word.
struct Sso(bool);

impl Field for Sso {
    const EXPECTED: &'static str = "{\"enabled\": true}, {\"enabled\": false}, true or false";

    fn read(value: &Value) -> Option<Sso> {
        let enabled = match value.as_object() {
            Some(members) if members.len() == 1 => members.get("enabled")?,
            Some(_) => return None,
            None => value,
        };
        enabled.as_bool().map(Sso)
    }
}

#[cfg(test)]
#[path = "organizations_tests.rs"]
mod tests;
