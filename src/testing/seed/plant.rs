//! Plants a seed: each entry is a request to a handler, without HTTP and credentials.

use std::collections::HashMap;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr};

use rouille::Response;
use serde_json::{Map, Value, json};

use crate::admin::{Admin, Reply, organizations};
use crate::model::call::{Actor, Call, Query};
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::fold::fold;
use crate::model::organization::Organization;
use crate::scim::Scim;
use crate::testing::seed::file::{Entry, Plot, Seed};

/// The organization that is there already.
const DEFAULT: &str = "default";

impl Seed {
    /// Plants everything into a fresh server.
    ///
    /// # Errors
    /// The refusal of the first entry that cannot be planted, with file and line.
    pub(in crate::testing) fn plant(self, scim: &Scim, admin: &Admin, base_url: &str) -> Result<()> {
        let own = organization(admin, DEFAULT)?;
        let plant = |plot: Plot, slug: &str| -> Result<()> {
            let (scim, admin) = (scim.clone(), admin.clone());
            let about = organization(&admin, slug)?;
            let later = Vec::new();
            Planter { scim, admin, base_url, own: own.clone(), about, users: HashMap::new(), later }
                .plant(plot)
        };
        plant(self.default, DEFAULT)?;
        for mut plot in self.others {
            let slug = found(admin, base_url, &own, &mut plot.settings)?;
            plant(plot, &slug)?;
        }
        Ok(())
    }
}

/// Makes an organization; gives its slug.
fn found(admin: &Admin, base_url: &str, own: &Organization, settings: &mut Entry) -> Result<String> {
    let slug = settings.take("slug").unwrap_or_default();
    let name = settings.fields.get("name").unwrap_or(&slug);
    let body = Map::from_iter([("slug".to_owned(), slug.clone()), ("name".to_owned(), name.clone())]);
    let call = call(admin, base_url, own, own, &[], &body);
    organizations::create(admin, &call).map_err(|error| settings.locate(error))?;
    Ok(slug.as_str().unwrap_or_default().to_owned())
}

/// Who plants an organization.
pub(super) struct Planter<'s> {
    scim: Scim,
    admin: Admin,
    base_url: &'s str,
    /// Whose credential is used: that of `default`, with server scope.
    own: Organization,
    /// What is planted.
    about: Organization,
    /// Ids by folded userName.
    pub(super) users: HashMap<String, String>,
    later: Vec<Place>,
}

/// People that an admin put into an entity.
struct Place {
    entry: Entry,
    entity: String,
    put: fn(&Admin, &Call) -> Result<Reply>,
    members: Vec<String>,
}

impl Planter<'_> {
    fn plant(mut self, plot: Plot) -> Result<()> {
        if !plot.settings.fields.is_empty() {
            self.admin(&plot.settings, organizations::update, &[], &plot.settings.fields)?;
            self.about = organization(&self.admin, &self.about.slug)?;
        }
        for (part, entry) in plot.entries {
            (part.plant)(&mut self, entry)?;
        }
        for Place { entry, entity, put, members } in std::mem::take(&mut self.later) {
            for name in &members {
                let user = self.user(&entry, name)?;
                self.admin(&entry, put, &[&entity, &user], &Map::new())?;
            }
        }
        Ok(())
    }

    /// Has `members` put into an entity when the users are there.
    pub(super) fn later(
        &mut self,
        entry: Entry,
        made: Value,
        put: fn(&Admin, &Call) -> Result<Reply>,
        members: Vec<String>,
    ) {
        let entity = text(&made, "id").to_owned();
        self.later.push(Place { entry, entity, put, members });
    }

    /// A request to the admin API; gives what was made.
    ///
    /// # Errors
    /// The handler's, with the entry's place.
    pub(super) fn admin(
        &self,
        entry: &Entry,
        handler: fn(&Admin, &Call) -> Result<Reply>,
        parameters: &[&str],
        body: &Map<String, Value>,
    ) -> Result<Value> {
        let call = call(&self.admin, self.base_url, &self.own, &self.about, parameters, body);
        match handler(&self.admin, &call).map_err(|error| entry.locate(error))? {
            Reply::Answer(response) => Ok(document(response)),
            Reply::Park { .. } | Reply::ParkForRequests { .. } => Ok(Value::Null),
        }
    }

    /// A request to the SCIM API; gives what was made.
    ///
    /// # Errors
    /// The handler's, with the entry's place.
    pub(super) fn scim(
        &self,
        entry: &Entry,
        handler: fn(&Scim, &Call) -> Result<Response>,
        body: &Map<String, Value>,
    ) -> Result<Value> {
        let call = call(&self.admin, self.base_url, &self.own, &self.about, &[], body);
        handler(&self.scim, &call).map(document).map_err(|error| entry.locate(error))
    }

    /// The id of a user of this file.
    ///
    /// # Errors
    /// `InvalidValue` with the entry's place.
    pub(super) fn user(&self, entry: &Entry, name: &str) -> Result<String> {
        self.users.get(&fold(name)).cloned().ok_or_else(|| {
            entry.refuse(
                "members",
                &format!("members: no [[users]] of this organization has the userName \"{name}\"."),
            )
        })
    }

    /// The id of an entity by its name.
    ///
    /// # Errors
    /// Only those of the store.
    pub(super) fn entity(&self, target_type: TargetType, name: &str) -> Result<Option<String>> {
        let organization = self.about.id;
        let found =
            self.admin.directory.store().read(|db| db.entity_named(organization, target_type, name))?;
        Ok(found.map(|entity| entity.resource_id.as_str().to_owned()))
    }
}

fn call(
    admin: &Admin,
    base_url: &str,
    own: &Organization,
    about: &Organization,
    parameters: &[&str],
    body: &Map<String, Value>,
) -> Call {
    Call {
        request_id: "seed".to_owned(),
        at: admin.directory.clock().now(),
        method: "POST",
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
        actor: Some(Actor {
            name: "seed".to_owned(),
            organization: Some(own.clone()),
            server_scope: true,
            session: None,
        }),
        organization: Some(about.clone()),
        parameters: parameters.iter().map(|&text| text.to_owned()).collect(),
        query: Query::default(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: if body.is_empty() { Vec::new() } else { json!(body).to_string().into_bytes() },
        base_url: base_url.to_owned(),
        time_is_up: None,
        log: None,
    }
}

fn organization(admin: &Admin, slug: &str) -> Result<Organization> {
    let found = admin.directory.store().read(|db| db.organization(slug))?;
    found.ok_or_else(|| Error::not_found("organization", slug))
}

/// A text of what was made; every resource has those that are asked for.
pub(super) fn text<'m>(made: &'m Value, key: &str) -> &'m str {
    made.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The JSON of an answer; null when it has none.
fn document(response: Response) -> Value {
    let (mut reader, _) = response.data.into_reader_and_size();
    let mut text = Vec::new();
    // Answers are made in memory.
    let _ = reader.read_to_end(&mut text);
    serde_json::from_slice(&text).unwrap_or(Value::Null)
}
