//! When tokens and sessions were last used, written lazily: a request only leaves a note in memory; somebody else writes the notes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::auth::credential::Credential;
use crate::model::error::Result;
use crate::model::id::{SessionId, TokenId};
use crate::model::time::Timestamp;
use crate::store::{Store, Tx};

/// How exact `last_used` is, in milliseconds: a minute.
const PRECISION: i64 = 60_000;

/// Notes that are not written yet.
#[derive(Debug, Default)]
pub struct LastUsed(Mutex<HashMap<What, Timestamp>>);

/// What is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    Token(TokenId),
    Session(SessionId),
}

impl LastUsed {
    /// Notes that a credential was used, unless the database says the same to the minute. Never waits for the database.
    pub fn note(&self, credential: &Credential, now: Timestamp) {
        let (what, last_used) = match credential {
            Credential::Token(token) => (What::Token(token.id), token.last_used),
            Credential::Session { session, .. } => (What::Session(session.id), Some(session.last_used)),
        };
        let is_known = last_used.is_some_and(|known| now.as_millis() - known.as_millis() < PRECISION);
        if !is_known {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(what, now);
        }
    }

    /// Writes all notes in one transaction. To be called now and then, and before the end; since a use within a minute of
    /// the written one leaves no note, nothing is written more than once a minute however often this is called.
    ///
    /// # Errors
    /// Those of the store. The notes are gone then: the next use makes them again.
    pub fn write(&self, store: &Store) -> Result<()> {
        let notes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if notes.is_empty() {
            return Ok(());
        }
        store.write(move |tx| notes.into_iter().try_for_each(|(what, at)| write(tx, what, at)))
    }
}

fn write(tx: &Tx<'_>, what: What, at: Timestamp) -> Result<()> {
    match what {
        What::Token(token) => tx.set_token_used(token, at),
        What::Session(session) => tx.set_session_used(session, at),
    }
}
