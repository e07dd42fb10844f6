//! The one place that makes identifiers and secrets.
//!
//! Resource ids are UUIDs (Okta asks for a GUID), secrets are 32 random bytes. With `--deterministic` the ids follow a
//! counter, so that a test can write them down; secrets are random in every mode.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where ids come from: the system's randomness, or a counter for tests.
#[derive(Clone, Debug)]
pub enum Ids {
    /// Random version 4 UUIDs.
    Random,
    /// `00000000-0000-4000-8000-000000000001` and upwards.
    Deterministic(Arc<AtomicU64>),
}

impl Ids {
    /// Ids that follow a counter starting at 1.
    pub fn deterministic() -> Ids {
        Ids::Deterministic(Arc::new(AtomicU64::new(1)))
    }

    /// A new UUID in its canonical text form (RFC 9562), never given before.
    pub fn uuid(&self) -> String {
        let bytes = match self {
            Ids::Random => random_bytes::<16>(),
            Ids::Deterministic(next) => u128::from(next.fetch_add(1, Ordering::SeqCst)).to_be_bytes(),
        };
        format_uuid(u128::from_be_bytes(bytes))
    }

    /// A secret of 256 bits.
    pub fn secret(&self) -> [u8; 32] {
        random_bytes::<32>()
    }
}

/// Sets version 4 and variant 1 in `value` and writes it in groups of 8-4-4-4-12 digits.
fn format_uuid(value: u128) -> String {
    let value = value & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
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
    fn random_ids_differ_and_are_version_four() {
        let (one, two) = (Ids::Random.uuid(), Ids::Random.uuid());
        assert_ne!(one, two);
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(matches!(one.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }
}
