//! Requests without a valid token, counted in memory until they are written, within the same bounds as in the database
//! (store/unknown_requests.rs): one address cannot take the places of others.

use std::collections::HashMap;

use crate::model::draft::{Draft, Ending};
use crate::model::request::UnknownRequests;

/// So many pairs of address and beginning of the token are told apart between two writings, and so many of one address.
const MOST: usize = 512;
const PER_ADDRESS: usize = 8;
/// What stands for many.
const MANY: &str = "*";

/// The counts, in the order in which they began.
#[derive(Default)]
pub(super) struct Unknown {
    counts: Vec<UnknownRequests>,
    /// Where the count of an address and a beginning of a token is.
    places: HashMap<(String, String), usize>,
    /// How many of the counts are an address's.
    addresses: HashMap<String, usize>,
}

impl Unknown {
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// Counts a request.
    pub(super) fn count(&mut self, draft: &Draft, ending: Ending, token_prefix: String) {
        let head = draft.head.clone();
        let (address, token_prefix) = self.key(head.address, token_prefix);
        let mut newest = UnknownRequests {
            number: 0,
            address,
            token_prefix,
            count: 1,
            first_at: head.at,
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
        let key = (newest.address.clone(), newest.token_prefix.clone());
        match self.places.get(&key).and_then(|place| self.counts.get_mut(*place)) {
            Some(known) => {
                (newest.count, newest.first_at) = (known.count + 1, known.first_at);
                *known = newest;
            }
            None => {
                *self.addresses.entry(newest.address.clone()).or_default() += 1;
                self.places.insert(key, self.counts.len());
                self.counts.push(newest);
            }
        }
    }

    /// Under which address and beginning of a token a request is counted.
    fn key(&self, address: String, token_prefix: String) -> (String, String) {
        let key = (address, token_prefix);
        if self.places.contains_key(&key) {
            return key;
        }
        let of_address = self.addresses.get(&key.0).copied().unwrap_or(0);
        if of_address >= PER_ADDRESS {
            (key.0, MANY.to_owned())
        } else if self.counts.len() >= MOST {
            (MANY.to_owned(), MANY.to_owned())
        } else {
            key
        }
    }

    /// The counts, the first first.
    pub(super) fn into_counts(self) -> Vec<UnknownRequests> {
        self.counts
    }
}
