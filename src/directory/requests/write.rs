//! From memory to the database, and out of it again when it is old.

use std::collections::BTreeSet;

use crate::directory::handle::Directory;
use crate::directory::requests::log::{Known, Presented, Waiting};
use crate::model::draft::{Draft, Sender};
use crate::model::error::Result;
use crate::model::time::Timestamp;
use crate::model::token::TokenKind;
use crate::store::{Db, Tx};

/// Requests in one job: writers behind it wait some milliseconds.
const CHUNK: usize = 500;
/// Rows that one step of retention takes away, and steps at a time.
const STEP: i64 = 500;
const STEPS: usize = 40;
/// How long requests without a valid token are kept at most, in days.
const UNKNOWN_DAYS: u32 = 7;

impl Directory {
    /// Writes the requests that wait. What cannot be written is lost, and counted.
    ///
    /// # Errors
    /// Those of the store.
    pub fn write_requests(&self) -> Result<()> {
        self.requests().take(|waiting| self.write_taken(waiting))
    }

    fn write_taken(&self, waiting: Waiting) -> Result<()> {
        let Waiting { mut known, presented, unknown: mut counts, .. } = waiting;
        let senders: Vec<Option<Sender>> = match self.store().read(|db| senders(db, &presented)) {
            Ok(senders) => senders,
            Err(error) => {
                self.requests().drop_some(known.len() + presented.len() + counts.len());
                return Err(error);
            }
        };
        for ((request, presented), sender) in presented.into_iter().zip(senders) {
            match sender {
                Some(sender) => {
                    request.draft.admit(sender);
                    known.push(request);
                }
                None => counts.count(&request.draft, request.ending, presented.prefix),
            }
        }
        let organizations: BTreeSet<_> =
            known.iter().filter_map(|known| known.draft.sender().map(|sender| sender.organization)).collect();
        let counts = counts.into_counts();
        let mut outcome = Ok(());
        let mut rest = known.into_iter().peekable();
        while rest.peek().is_some() {
            let chunk: Vec<Known> = rest.by_ref().take(CHUNK).collect();
            outcome = outcome.and(self.write_or_drop(chunk, write_known));
        }
        for chunk in counts.chunks(CHUNK) {
            outcome = outcome
                .and(self.write_or_drop(chunk.to_vec(), |tx, counted| tx.count_unknown_requests(&counted)));
        }
        organizations.into_iter().for_each(|organization| self.requests().grew(organization));
        outcome
    }

    fn write_or_drop<T: Send + 'static>(
        &self,
        chunk: Vec<T>,
        write: fn(&Tx<'_>, T) -> Result<()>,
    ) -> Result<()> {
        let count = chunk.len();
        self.store()
            .write(move |tx| chunk.into_iter().try_for_each(|one| write(tx, one)))
            .inspect_err(|_| self.requests().drop_some(count))
    }

    /// Takes away what is older or larger than `[requests]` allows, in small steps.
    ///
    /// # Errors
    /// Those of the store.
    pub fn prune_requests(&self) -> Result<()> {
        let settings = self.requests().settings();
        let ago = |days: u32| self.clock().now().plus_seconds(-i64::from(days) * 86_400);
        let (before, bytes) = (settings.keep_days.map(ago), settings.keep_bytes);
        for _ in 0..STEPS {
            if self.store().write(move |tx| tx.prune_requests(before, bytes, STEP))? == 0 {
                break;
            }
        }
        let before = ago(settings.keep_days.unwrap_or(UNKNOWN_DAYS).min(UNKNOWN_DAYS));
        self.store().write(move |tx| tx.prune_unknown_requests(before)).map(drop)
    }
}

/// Writes a request, or what was not known yet when its row was written with its change.
fn write_known(tx: &Tx<'_>, known: Known) -> Result<()> {
    let Known { draft, ending, micros, bodies } = known;
    let row = draft.findings().row;
    let number = match (row, draft.sender()) {
        (Some(number), _) => {
            tx.set_request_duration(number, micros)?;
            number
        }
        (None, Some(sender)) => tx.log_request(&draft, sender, &ending, micros, None)?,
        (None, None) => return Ok(()),
    };
    bodies.map_or(Ok(()), |bodies| tx.log_bodies(number, &bodies))
}

/// Whose tokens were presented; `None` where one was not valid when its request came.
fn senders(db: &Db<'_>, presented: &[(Known, Presented)]) -> Result<Vec<Option<Sender>>> {
    let sender = |draft: &Draft, presented: &Presented| -> Result<Option<Sender>> {
        let at: Timestamp = draft.head.at;
        let token = db.token_by_hash(&presented.hash)?;
        let valid = token.filter(|token| token.kind == TokenKind::Scim && !token.has_expired(at));
        Ok(valid.map(|token| Sender { organization: token.organization, token: token.id, name: token.name }))
    };
    presented.iter().map(|(request, presented)| sender(&request.draft, presented)).collect()
}
