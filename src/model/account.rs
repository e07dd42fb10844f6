//! People who sign in to the admin page.

use crate::model::id::{AdminId, OrganizationId};
use crate::model::time::Timestamp;

/// How far an admin reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// One organization.
    Organization(OrganizationId),
    /// All of them, and what concerns none.
    Server,
}

/// An admin. The password is not among what is known of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its row.
    pub id: AdminId,
    /// What the person signs in with; unique on the server, compared without case.
    pub name: String,
    /// How far the admin reaches.
    pub reach: Reach,
    /// When the account was made.
    pub created: Timestamp,
    /// When somebody last signed in with it.
    pub last_sign_in: Option<Timestamp>,
    /// Since when nobody can.
    pub disabled: Option<Timestamp>,
}
