//! Paging: `limit`, and `after`, an opaque cursor that names its list and the last row seen.

use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::store::Page;

/// How many items a page has when the client does not say.
const DEFAULT_LIMIT: i64 = 100;
/// How many it may ask for.
const LARGEST_LIMIT: i64 = 1_000;
/// The form of cursors: another number when it changes, so that an old one is refused and not misread.
const VERSION: &str = "1";

/// What a client asks of a list whose order is that of `N` numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listing<const N: usize> {
    list: &'static str,
    limit: i64,
    /// The numbers of the last row seen.
    pub(super) after: Option<[i64; N]>,
}

impl<const N: usize> Listing<N> {
    /// Reads `limit` and `after`; `list` is the name by which this list knows its own cursors.
    ///
    /// # Errors
    /// `InvalidValue` for a limit that is not 1 to 1,000; `InvalidCursor` for a cursor that is not this list's.
    pub(super) fn read(call: &Call, list: &'static str) -> Result<Listing<N>> {
        let after = call.query.get("after").filter(|text| !text.is_empty());
        let after = after
            .map(|text| {
                decode(list, text).ok_or_else(|| {
                    Error::new(
                        Kind::InvalidCursor,
                        format!(
                            "after: \"{text}\" is not a cursor of this list. Send the \"next\" of a page of the same \
                             list, or leave it out to begin."
                        ),
                    )
                    .at("after")
                })
            })
            .transpose()?;
        Ok(Listing { list, limit: limit(call)?, after })
    }

    /// How many rows to read: one more than asked for, to see whether something follows.
    pub(super) fn rows(&self) -> i64 {
        self.limit + 1
    }

    /// Cuts rows, of which there is one more than asked for if something follows, into a page and the next cursor.
    pub(super) fn cut<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> [i64; N]) -> (Vec<T>, Option<String>) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|last| encode(self.list, &key(last)));
        (rows, next)
    }
}

impl Listing<1> {
    /// The rows to read: one more than asked for, to see whether something follows.
    pub(super) fn page(&self) -> Page {
        Page { after: self.after.map_or(0, |[row]| row), limit: self.limit + 1 }
    }
}

impl Listing<2> {
    /// The same for a list whose first number is the row and whose second is the same on every page.
    pub(super) fn page_of_rows(&self) -> Page {
        Page { after: self.after.map_or(0, |[row, _]| row), limit: self.limit + 1 }
    }
}

/// How many items a page has at most.
///
/// # Errors
/// `InvalidValue` for anything but a number from 1 to 1,000.
pub(super) fn limit(call: &Call) -> Result<i64> {
    let Some(text) = call.query.get("limit") else { return Ok(DEFAULT_LIMIT) };
    text.parse().ok().filter(|limit| (1..=LARGEST_LIMIT).contains(limit)).ok_or_else(|| {
        Error::invalid_value(format!(
            "limit: it is \"{text}\"; a whole number from 1 to {LARGEST_LIMIT} is expected."
        ))
        .at("limit")
    })
}

/// A query parameter that is one of these words; empty when it is not there.
///
/// # Errors
/// `InvalidValue` listing them.
pub(super) fn word<'c>(call: &'c Call, name: &str, words: &[&str]) -> Result<&'c str> {
    let text = call.query.get(name).unwrap_or_default();
    if text.is_empty() || words.contains(&text) {
        return Ok(text);
    }
    Err(Error::invalid_value(format!("{name}: \"{text}\" is not one of {}.", words.join(", "))).at(name))
}

/// `1:groups:42` in hexadecimal: nobody is tempted to write or read one.
pub(super) fn encode(list: &str, key: &[i64]) -> String {
    let numbers: Vec<String> = key.iter().map(i64::to_string).collect();
    let plain = format!("{VERSION}:{list}:{}", numbers.join(":"));
    plain.bytes().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn decode<const N: usize>(list: &str, text: &str) -> Option<[i64; N]> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let plain: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    let plain = String::from_utf8(plain).ok()?;
    let numbers = plain.strip_prefix(VERSION)?.strip_prefix(':')?.strip_prefix(list)?.strip_prefix(':')?;
    let numbers: Vec<i64> = numbers.split(':').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::fixture::call;

    fn listing(query: &[(&str, &str)]) -> Result<Listing<1>> {
        Listing::read(&call().query(query).done(), "groups")
    }

    #[test]
    fn a_limit_is_1_to_1000_and_100_when_nothing_is_said() {
        assert_eq!(listing(&[]).unwrap().page(), Page { after: 0, limit: 101 });
        assert_eq!(listing(&[("limit", "1")]).unwrap().page().limit, 2);
        assert_eq!(listing(&[("limit", "1000")]).unwrap().page().limit, 1001);
        for wrong in ["0", "1001", "-1", "ten", "", "1.0", "99999999999999999999"] {
            let error = listing(&[("limit", wrong)]).unwrap_err();
            assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidValue, Some("limit")), "{wrong}");
        }
    }

    #[test]
    fn next_is_null_exactly_when_nothing_follows() {
        let two = listing(&[("limit", "2")]).unwrap();
        assert_eq!(two.cut(vec![7, 8], |row| [*row]), (vec![7, 8], None));
        let (rows, next) = two.cut(vec![7, 8, 9], |row| [*row]);
        assert_eq!(rows, [7, 8]);
        let next = next.unwrap();
        assert_eq!(listing(&[("after", &next)]).unwrap().page().after, 8);
    }

    #[test]
    fn a_cursor_of_another_list_or_of_nobody_is_refused_by_name() {
        let other = encode("users", &[8]);
        let longer = encode("groups", &[8, 9]);
        for wrong in [other.as_str(), longer.as_str(), "8", "zz", "é", "31"] {
            let error = listing(&[("after", wrong)]).unwrap_err();
            assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidCursor, Some("after")));
            assert!(error.detail.contains(wrong), "{}", error.detail);
        }
    }

    #[test]
    fn a_word_that_is_not_in_the_list_is_refused_with_the_list() {
        let wrong = call().query(&[("status", "done")]).done();
        let error = word(&wrong, "status", &["open", "closed"]).unwrap_err();
        assert_eq!(error.detail, "status: \"done\" is not one of open, closed.");
        assert_eq!(word(&call().done(), "status", &["open"]).unwrap(), "");
    }
}
