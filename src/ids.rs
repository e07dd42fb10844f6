//! The one place that makes identifiers and secrets.
//!
//! The ids of resources and requests are UUIDs (Okta asks for a GUID) that begin with the time, so that those made
//! together lie together in an index and a batch of new rows writes few pages; secrets are 32 random bytes. With `--deterministic` the ids follow a
//! counter, so that a test can write them down; secrets are random in every mode.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::id::ResourceId;
use crate::model::time::Timestamp;

/// Where ids come from: the system's randomness, or a counter for tests.
#[derive(Clone, Debug)]
pub enum Ids {
    /// UUIDs of version 7 for resources and requests, of version 4 for all else.
    Random,
    /// `00000000-0000-4000-8000-000000000001` and upwards.
    Deterministic(Arc<AtomicU64>),
}

impl Ids {
    /// Ids that follow a counter starting at 1.
    pub fn deterministic() -> Ids {
        Ids::Deterministic(Arc::new(AtomicU64::new(1)))
    }

    /// Where the counter stands; 0 where there is none.
    pub fn position(&self) -> u64 {
        match self {
            Ids::Random => 0,
            Ids::Deterministic(next) => next.load(Ordering::SeqCst),
        }
    }

    /// Has the counter go on from where it once stood. Only for one who throws away everything made since.
    pub fn rewind(&self, position: u64) {
        if let Ids::Deterministic(next) = self {
            next.store(position, Ordering::SeqCst);
        }
    }

    /// A new UUID in its canonical text form (RFC 9562), never given before.
    pub fn uuid(&self) -> String {
        let bytes = match self {
            Ids::Random => random_bytes::<16>(),
            Ids::Deterministic(next) => u128::from(next.fetch_add(1, Ordering::SeqCst)).to_be_bytes(),
        };
        format_uuid(u128::from_be_bytes(bytes), 4)
    }

    /// A new UUID for something made at `at`: version 7 (RFC 9562 §5.7), in the order of time.
    pub fn uuid_at(&self, at: Timestamp) -> String {
        match self {
            Ids::Random => {
                let random = u128::from_be_bytes(random_bytes::<16>()) & ((1 << 80) - 1);
                let millis = u128::from(at.as_millis().max(0).unsigned_abs()) & ((1 << 48) - 1);
                format_uuid(millis << 80 | random, 7)
            }
            Ids::Deterministic(_) => self.uuid(),
        }
    }

    /// The id of a resource made at `at`.
    pub fn resource_id(&self, at: Timestamp) -> ResourceId {
        ResourceId(self.uuid_at(at))
    }

    /// A secret of 256 bits.
    pub fn secret(&self) -> [u8; 32] {
        random_bytes::<32>()
    }

    /// A number from 0 to 999 that spreads what would otherwise happen at the same moment.
    pub fn jitter(&self) -> u32 {
        match self {
            Ids::Random => u32::from_be_bytes(random_bytes::<4>()) % 1000,
            Ids::Deterministic(_) => 500,
        }
    }
}

/// Sets the version and variant 1 in `value` and writes it in groups of 8-4-4-4-12 digits.
fn format_uuid(value: u128, version: u128) -> String {
    let value = value & !(0xf << 76) & !(0x3 << 62) | (version << 76) | (0x2 << 62);
    let hex = format!("{value:032x}");
    let mut text = String::with_capacity(36);
    for (index, digit) in hex.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

/// `N` bytes from the operating system.
#[allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "the one place; without randomness nothing is safe"
)]
fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deterministic_ids_count_upwards_and_are_version_four() {
        let ids = Ids::deterministic();
        assert_eq!(ids.uuid(), "00000000-0000-4000-8000-000000000001");
        assert_eq!(ids.uuid(), "00000000-0000-4000-8000-000000000002");
    }

    #[test]
    fn resource_ids_are_version_seven_and_follow_the_time() {
        let made = [5_000, 5_001, 1_795_529_154_120]
            .map(|millis| Ids::Random.resource_id(Timestamp::from_millis(millis)));
        assert!(made.is_sorted(), "{made:?}");
        assert!(made.iter().all(|id| id.as_str().as_bytes()[14] == b'7'), "{made:?}");
        assert!(made[0].as_str().starts_with("00000000-1388-7"), "{made:?}");
    }

    #[test]
    fn random_ids_differ_and_are_version_four() {
        let (one, two) = (Ids::Random.uuid(), Ids::Random.uuid());
        assert_ne!(one, two);
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(matches!(one.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }
}
