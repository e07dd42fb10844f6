//! From when until when a certificate is valid: as much of X.509 as that takes (RFC 5280, 4.1), read without trust.

use crate::model::time::Timestamp;

/// Until two weeks before its end a certificate is worth no word, or, if it is short-lived, until the last quarter.
const SOON_MILLIS: i64 = 14 * 24 * 60 * 60 * 1000;

/// The tags of DER that are met on the way.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The two ends of a certificate's validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

/// What an operator should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    NotYet,
    Good,
    EndsSoon,
    Expired,
}

impl Validity {
    /// Reads it out of a certificate; `None` if that is none.
    pub(super) fn of(certificate: &[u8]) -> Option<Validity> {
        let (outer, _) = expect(SEQUENCE, certificate)?;
        let (signed, _) = expect(SEQUENCE, outer)?;
        let after_version = expect(VERSION, signed).map_or(signed, |(_, rest)| rest);
        // serialNumber, signature, issuer.
        let rest = (0..3).try_fold(after_version, |rest, _| Some(element(rest)?.2))?;
        let (validity, _) = expect(SEQUENCE, rest)?;
        let (not_before, rest) = time(validity)?;
        let (not_after, _) = time(rest)?;
        Some(Validity { not_before, not_after })
    }

    /// Where `now` is between the two.
    pub(super) fn age(&self, now: Timestamp) -> Age {
        let (start, end, now) = (self.not_before.as_millis(), self.not_after.as_millis(), now.as_millis());
        let quarter = end.saturating_sub(start) / 4;
        if now < start {
            Age::NotYet
        } else if now > end {
            Age::Expired
        } else if end.saturating_sub(now) < SOON_MILLIS.min(quarter) {
            Age::EndsSoon
        } else {
            Age::Good
        }
    }
}

/// The first element: its tag, its contents, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..=0x7f => (short, rest),
        // Without an end, which DER forbids.
        0x80 => return None,
        // A length of lengths; four bytes hold more than any certificate.
        long @ 0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(long - 0x80)?;
            (digits.iter().fold(0_usize, |length, digit| (length << 8) | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((*tag, contents, rest))
}

fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    element(bytes).filter(|(found, _, _)| *found == tag).map(|(_, contents, rest)| (contents, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ` (RFC 5280, 4.1.2.5).
fn time(bytes: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (tag, contents, rest) = element(bytes)?;
    let text = std::str::from_utf8(contents).ok()?.strip_suffix('Z')?;
    let (year, text) = match tag {
        UTC_TIME => {
            let (year, text) = text.split_at_checked(2)?;
            let century = if number(year)? < 50 { 2000 } else { 1900 };
            (century + number(year)?, text)
        }
        GENERALIZED_TIME => {
            let (year, text) = text.split_at_checked(4)?;
            (number(year)?, text)
        }
        _ => return None,
    };
    let two = |at: usize| number(text.get(at..at + 2)?);
    let (month, day, hour, minute, second) = (two(0)?, two(2)?, two(4)?, two(6)?, two(8)?);
    let at = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    (text.len() == 10).then(|| Timestamp::parse(&at))?.map(|at| (at, rest))
}

fn number(digits: &str) -> Option<u16> {
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
}
