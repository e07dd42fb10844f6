//! Requests without a valid token, counted in memory until they are written.

use std::collections::HashMap;

use crate::model::draft::{Draft, Ending};
use crate::model::request::UnknownRequests;

/// So many pairs of address and beginning of the token are told apart between two writings.
const MOST: usize = 512;
/// What stands for many.
const MANY: &str = "*";

/// The counts.
#[derive(Default)]
pub(super) struct Unknown(HashMap<(String, String), UnknownRequests>);

impl Unknown {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Counts a request.
    pub(super) fn count(&mut self, draft: &Draft, ending: Ending, token_prefix: String) {
        let head = draft.head.clone();
        let mut key = (head.address, token_prefix);
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            key = (MANY.to_owned(), MANY.to_owned());
        }
        let (count, first_at) = self.0.get(&key).map_or((0, head.at), |known| (known.count, known.first_at));
        let newest = UnknownRequests {
            number: 0,
            address: key.0.clone(),
            token_prefix: key.1.clone(),
            count: count + 1,
            first_at,
            at: head.at,
            request_id: head.id,
            user_agent: head.user_agent,
            method: head.method,
            path: head.path,
            query: head.query,
            status: ending.status,
            scim_type: ending.scim_type.map(str::to_owned),
            detail: ending.detail,
        };
        self.0.insert(key, newest);
    }

    /// The counts, in no order.
    pub(super) fn into_counts(self) -> impl Iterator<Item = UnknownRequests> {
        self.0.into_values()
    }
}
