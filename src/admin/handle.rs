//! What every handler of the admin API works with.

use crate::config::{AddressPolicy, Defaults, Prerequisites};
use crate::directory::{About, Cause, Change, Directory, SignIn};
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::organization::Organization;
use crate::store::Db;

/// The admin API: shared by all workers.
#[derive(Clone)]
pub struct Admin {
    /// What it reads from and changes.
    pub directory: Directory,
    /// What a new organization starts with.
    pub defaults: Defaults,
    /// What an organization must have before SCIM answers it.
    pub prerequisites: Prerequisites,
    /// What the extensions of the configuration are called.
    pub extensions: Extensions,
    /// What webhooks may call.
    pub addresses: AddressPolicy,
    /// The door for people.
    pub sign_in: SignIn,
}

/// The URNs of the schema extensions, for what is written into consoles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// That of users.
    pub user: String,
    /// That of groups.
    pub group: String,
}

impl Admin {
    /// Reads from one snapshot.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Db<'_>) -> Result<T>) -> Result<T> {
        self.directory.store().read(read)
    }

    /// Changes the organization that the path names, as one transaction with its events.
    pub(super) fn change<T: Send + 'static>(
        &self,
        call: &Call,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.change_about(call, &About::Nobody, operation)
    }

    /// The same for a change that may move the members of whole groups.
    pub(super) fn change_about<T: Send + 'static>(
        &self,
        call: &Call,
        about: &About,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.directory.change_about(organization(call)?.id, cause(call), about, operation)
    }
}

/// Why a call changes something.
pub(super) fn cause(call: &Call) -> Cause {
    let token = call.actor.as_ref().map(|actor| actor.name.clone()).unwrap_or_default();
    Cause { request_id: call.request_id.clone(), token, at: call.at }
}

/// The organization that the path names.
///
/// # Errors
/// `Internal` on a route without one, which then must not ask.
pub(super) fn organization(call: &Call) -> Result<&Organization> {
    call.organization
        .as_ref()
        .ok_or_else(|| Error::internal("a handler asked for the organization of a path that names none"))
}

/// Whether the request's credential reaches the whole server.
pub(super) fn has_server_scope(call: &Call) -> bool {
    call.actor.as_ref().is_some_and(|actor| actor.server_scope)
}
