//! Reading the event feed, and how long it remembers.

use crate::directory::handle::Directory;
use crate::model::error::{Error, Kind, Result};
use crate::model::id::OrganizationId;
use crate::store::{Db, Event};

/// How many events are forgotten in one transaction, so that writers wait for none of them long.
const AT_ONCE: i64 = 1_000;
/// How many transactions one call makes at most.
const STEPS: usize = 50;
const DAY: i64 = 24 * 60 * 60;

/// At most `limit` events after the one with the id `after`, without it from the oldest that is kept; and the id that
/// they come after.
///
/// # Errors
/// `InvalidCursor` for an event that has not happened yet; `Gone` when the next one is kept no longer.
pub fn events_after(
    db: &Db<'_>,
    organization: OrganizationId,
    after: Option<i64>,
    limit: i64,
) -> Result<(i64, Vec<Event>)> {
    let (oldest, newest) = (db.oldest_event_id(organization)?, db.last_event_id(organization)?);
    let after = after.unwrap_or(oldest - 1);
    let (kind, detail) = if after > newest {
        let detail = format!(
            "after: this feed has no event {after} yet; the newest is {newest}. Leave it out to read from the oldest that is \
             kept."
        );
        (Kind::InvalidCursor, detail)
    } else if after + 1 < oldest {
        let detail = format!(
            "after: the cursor {after} is too old. Event {} and what follows it are kept no longer; the oldest event that is \
             kept is {oldest}. Read GET /api/v1/organizations/{{slug}}/snapshot anew, and go on after its \"events_after\".",
            after + 1
        );
        (Kind::Gone, detail)
    } else {
        return Ok((after, db.events(organization, after, limit)?));
    };
    Err(Error::new(kind, detail).at("after"))
}

impl Directory {
    /// Forgets events that are older than `days`, the oldest first: as many as a moment has time for, so that it is to be
    /// called again and again. What is kept has no gap, and the counter of ids goes on.
    ///
    /// # Errors
    /// Only those of the store.
    pub fn shorten_feeds(&self, days: u32) -> Result<()> {
        let before = self.clock().now().plus_seconds(-DAY * i64::from(days));
        for _ in 0..STEPS {
            let Some(organization) = self.store().read(|db| db.feed_to_shorten(before))? else { break };
            self.store().write_large(move |tx| tx.shorten_feed(organization, before, AT_ONCE))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::Clock;
    use crate::directory::{Cause, Policy, TokenSpec, create_organization};
    use crate::ids::Ids;
    use crate::model::organization::Features;
    use crate::model::time::Timestamp;
    use crate::model::token::TokenKind;
    use crate::store::{NewOrganization, Store, Target};

    #[test]
    fn what_is_too_old_is_forgotten_and_ids_go_on_without_a_gap() {
        let store = Arc::new(Store::open(&Target::Memory).unwrap());
        let now = Timestamp::from_millis(1_800_000_000_000);
        let directory = Directory::new(store, Clock::manual(now), Ids::deterministic(), Policy::default());
        let ids = directory.ids().clone();
        let new = NewOrganization {
            slug: "acme".to_owned(),
            name: "Acme".to_owned(),
            plan: String::new(),
            features: Features::default(),
            created: now,
        };
        let organization = directory.store().write(move |tx| create_organization(tx, &ids, &new)).unwrap();
        let happen = |days_ago: i64| {
            let at = now.plus_seconds(-DAY * days_ago);
            let spec = TokenSpec {
                name: "x".to_owned(),
                kind: TokenKind::Scim,
                server_scope: false,
                read_only: false,
                expires: None,
            };
            let cause = Cause { request_id: "r".to_owned(), token: "t".to_owned(), at };
            directory.change(organization, cause, move |change| change.create_token(&spec)).unwrap();
        };
        [30, 20, 10, 1].into_iter().for_each(happen);
        let kept = || -> Vec<i64> {
            let events = directory.store().read(|db| db.events(organization, 0, 100)).unwrap();
            events.iter().map(|event| event.id).collect()
        };
        directory.shorten_feeds(90).unwrap();
        assert_eq!(kept(), [1, 2, 3, 4]);
        directory.shorten_feeds(15).unwrap();
        assert_eq!(kept(), [3, 4]);
        directory.shorten_feeds(0).unwrap();
        assert_eq!(kept(), [0; 0]);
        assert_eq!(directory.store().read(|db| db.oldest_event_id(organization)), Ok(5));
        happen(0);
        assert_eq!(kept(), [5]);
    }
}
