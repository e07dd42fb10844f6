//! `organization list|create|show|set`.

use crate::app;
use crate::cli::arguments::{Common, OrganizationCommand, OrganizationSettings, Recording};
use crate::cli::output::{Outcome, Table};
use crate::cli::session::{ALL, Session, switch};
use crate::directory::{About, OrganizationChange, create_organization, organization_json};
use crate::model::error::{Error, Result};
use crate::model::organization::{Features, Organization};
use crate::model::time::Timestamp;
use crate::store::NewOrganization;

pub(super) fn run(command: OrganizationCommand, common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    match command {
        OrganizationCommand::List => list(&session),
        OrganizationCommand::Create { slug, name } => create(&session, slug, name),
        OrganizationCommand::Show { slug } => show(&session, &named(&session, slug.as_deref())?),
        OrganizationCommand::Set(settings) => set(&session, settings),
    }?;
    Ok(Outcome::Success)
}

fn list(session: &Session) -> Result<()> {
    let organizations = session.read(|db| db.organizations(ALL))?;
    let value = organizations.iter().map(organization_json).collect();
    session.print(&value, || {
        let mut table = Table::new(&["SLUG", "NAME", "PLAN", "SSO", "GROUP PROVISIONING", "CREATED"]);
        for organization in &organizations {
            table.row([
                organization.slug.clone(),
                organization.name.clone(),
                organization.plan.clone(),
                switch(organization.sso),
                switch(organization.features.group_provisioning),
                organization.created.to_string(),
            ]);
        }
        table
    })
}

fn create(session: &Session, slug: String, name: Option<String>) -> Result<()> {
    let new = NewOrganization {
        name: name.unwrap_or_else(|| slug.clone()),
        slug,
        plan: session.config.defaults.plan.clone(),
        features: session.config.defaults.features,
        created: session.directory.clock().now(),
    };
    let ids = session.directory.ids().clone();
    let organization = session.directory.store().write(move |tx| {
        let id = create_organization(tx, &ids, &new)?;
        tx.organization_by_id(id)?
            .ok_or_else(|| Error::internal("an organization is not there after it was made"))
    })?;
    show(session, &organization)
}

fn set(session: &Session, settings: OrganizationSettings) -> Result<()> {
    let organization = named(session, settings.slug.as_deref())?;
    let record_bodies_until = recording(session, settings.record_bodies)?;
    let about = About::Switched(features(&settings, organization.features));
    let changed = session.change_about(&organization, &about, move |change| {
        let features = features(&settings, change.organization().features);
        change.update_organization(OrganizationChange {
            name: settings.name,
            plan: settings.plan,
            sso: settings.sso,
            features: Some(features),
            record_bodies_until,
        })
    })?;
    show(session, &changed)
}

fn show(session: &Session, organization: &Organization) -> Result<()> {
    session.print(&organization_json(organization), || {
        let features = organization.features;
        Table::of_fields([
            ("slug", organization.slug.clone()),
            ("name", organization.name.clone()),
            ("plan", organization.plan.clone()),
            ("sso", switch(organization.sso)),
            ("group provisioning", switch(features.group_provisioning)),
            ("teams", switch(features.teams)),
            ("concurrency groups", switch(features.concurrency_groups)),
            ("sub-organizations", switch(features.sub_organizations)),
            ("created", organization.created.to_string()),
            (
                "bodies recorded until",
                organization.record_bodies_until.map(|until| until.to_string()).unwrap_or_default(),
            ),
        ])
    })
}

/// Until when bodies shall be recorded; `None` leaves it.
fn recording(session: &Session, length: Option<Recording>) -> Result<Option<Option<Timestamp>>> {
    let now = session.directory.clock().now();
    match length {
        None => Ok(None),
        Some(Recording::Off) => Ok(Some(None)),
        Some(Recording::For(length)) => {
            let until = now.plus_seconds(i64::try_from(length.as_secs()).unwrap_or(i64::MAX));
            app::request_log(&session.config.requests).check_recording(now, until)?;
            Ok(Some(Some(until)))
        }
    }
}

/// The organization of the argument, else that of `--organization`.
fn named(session: &Session, slug: Option<&str>) -> Result<Organization> {
    match slug {
        Some(slug) => session.organization_named(slug),
        None => session.organization(),
    }
}

/// The switches that were named over those that are.
fn features(settings: &OrganizationSettings, now: Features) -> Features {
    Features {
        group_provisioning: settings.group_provisioning.unwrap_or(now.group_provisioning),
        teams: settings.teams.unwrap_or(now.teams),
        concurrency_groups: settings.concurrency_groups.unwrap_or(now.concurrency_groups),
        sub_organizations: settings.sub_organizations.unwrap_or(now.sub_organizations),
    }
}
