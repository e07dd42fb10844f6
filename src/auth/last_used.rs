//! When tokens were last used, written lazily: a request only leaves a note in memory; somebody else writes the notes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::model::error::Result;
use crate::model::id::TokenId;
use crate::model::time::Timestamp;
use crate::model::token::Token;
use crate::store::Store;

/// How exact `last_used` is, in milliseconds: a minute.
const PRECISION: i64 = 60_000;

/// Notes that are not written yet.
#[derive(Debug, Default)]
pub struct LastUsed(Mutex<HashMap<TokenId, Timestamp>>);

impl LastUsed {
    /// Notes that a token was used, unless the database says the same to the minute. Never waits for the database.
    pub fn note(&self, token: &Token, now: Timestamp) {
        let is_known = token.last_used.is_some_and(|known| now.as_millis() - known.as_millis() < PRECISION);
        if !is_known {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token.id, now);
        }
    }

    /// Writes all notes in one transaction. To be called now and then, and before the end; since a use within a minute of
    /// the written one leaves no note, no token is written more than once a minute however often this is called.
    ///
    /// # Errors
    /// Those of the store. The notes are gone then: the next use makes them again.
    pub fn write(&self, store: &Store) -> Result<()> {
        let notes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if notes.is_empty() {
            return Ok(());
        }
        store.write(move |tx| notes.into_iter().try_for_each(|(token, at)| tx.set_token_used(token, at)))
    }
}
