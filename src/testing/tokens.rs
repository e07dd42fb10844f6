//! The name of the token that a request came with, for the journal: whatever the API and whether it is still valid.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::auth;
use crate::directory::Directory;

/// The most names that are remembered.
const REMEMBERED: usize = 1_000;

/// Names by header, so that a request costs no look-up of its own.
#[derive(Default)]
pub(super) struct TokenNames {
    known: Mutex<HashMap<String, String>>,
}

impl TokenNames {
    /// The name of the token in an `Authorization` header, if this server gave it.
    pub(super) fn of(&self, directory: &Directory, header: &str) -> Option<String> {
        if let Some(name) = self.lock().get(header) {
            return Some(name.clone());
        }
        let secret = auth::presented(header)?;
        // What cannot be read now is answered with an error anyway; here it only has no name.
        let token = directory.store().read(|db| db.token_by_hash(&secret.hash())).ok().flatten()?;
        let mut known = self.lock();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(header.to_owned(), token.name.clone());
        Some(token.name)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
