//! Cursors (RFC 9865): the place of the last resource of a page, with what the list was asked for.
//!
//! A cursor is no secret and no capability: a request sees only what its token may see, whatever cursor it brings. It
//! names a place in an order and not a number, so that writes between pages neither repeat nor skip a resource that was
//! there throughout.

use sha2::{Digest, Sha256};

use crate::model::error::{Error, Kind, Result};
use crate::scim::queries::Search;
use crate::scim::schema::ResourceKind;
use crate::store::Position;

/// Reads and writes the cursors of one list.
pub struct Cursor {
    /// Tells a cursor of other resources, another filter or another order apart.
    list: String,
}

impl Cursor {
    /// The cursors of a search over resources of these kinds.
    pub fn of(search: &Search, kinds: impl Iterator<Item = ResourceKind>) -> Cursor {
        let kinds: Vec<&str> = kinds.map(ResourceKind::as_str).collect();
        let asked = serde_json::json!([kinds, search.filter, search.sort_by, search.descending]).to_string();
        let digest = Sha256::digest(asked.as_bytes());
        Cursor { list: digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect() }
    }

    /// The cursor for what comes after a place.
    pub fn write(&self, position: &Position) -> String {
        let text = serde_json::json!([self.list, position.to_json()]).to_string();
        text.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The place that a cursor names; `None` for the empty one, which is the beginning.
    ///
    /// # Errors
    /// `InvalidCursor` for text that is not one, or one of another list.
    pub fn read(&self, cursor: &str) -> Result<Option<Position>> {
        if cursor.is_empty() {
            return Ok(None);
        }
        let refused = |detail: &str| {
            Error::new(Kind::InvalidCursor, format!("cursor: {detail} Start again without one."))
        };
        let foreign = || refused("it is not one that this server gave.");
        let bytes = unhex(cursor).ok_or_else(foreign)?;
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| foreign())?;
        if value.get(0).and_then(serde_json::Value::as_str) != Some(&self.list) {
            return Err(refused("it belongs to a list of other resources, or with another filter or order."));
        }
        Position::from_json(value.get(1).unwrap_or(&serde_json::Value::Null)).map(Some)
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| pair.iter().try_fold(0_u8, |byte, digit| byte.checked_mul(16)?.checked_add(*digit)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Key;

    #[test]
    fn rfc_9865_a_cursor_reads_back_and_another_lists_is_refused() {
        let users = || [ResourceKind::User].into_iter();
        let cursors = Cursor::of(&Search::default(), users());
        let place = Position { key: Key::Text("é\"".into()), kind: 1, row: 42 };
        assert_eq!(cursors.read(&cursors.write(&place)), Ok(Some(place.clone())));
        assert_eq!(cursors.read(""), Ok(None));
        let turned = Cursor::of(&Search { descending: true, ..Search::default() }, users());
        let groups = Cursor::of(&Search::default(), [ResourceKind::Group].into_iter());
        for (cursors, text) in [
            (&turned, cursors.write(&place)),
            (&groups, cursors.write(&place)),
            (&cursors, "zz".into()),
            (&cursors, "abc".into()),
        ] {
            assert_eq!(cursors.read(&text).unwrap_err().kind, Kind::InvalidCursor, "{text}");
        }
    }
}
