//! Tokens that end soon: said in the log and in the feed before an identity provider finds out (an expired token puts an
//! Entra job in quarantine).

use serde_json::json;

use crate::directory::handle::Directory;
use crate::directory::tokens::token_json;
use crate::model::cause::Cause;
use crate::model::error::Result;
use crate::model::event::EventKind;
use crate::model::time::Timestamp;
use crate::model::token::Token;

/// How many days before the end it is said. A token that lives no longer than that anyway is not spoken of.
const WARNINGS: [i64; 2] = [1, 7];

/// How many tokens are looked at each time; the others come next time.
const MOST: i64 = 100;

const DAY: i64 = 24 * 60 * 60;

/// How far ahead [`Directory::count_expiring_tokens`] looks, in seconds: a week.
const SOON: i64 = 7 * DAY;

impl Directory {
    /// Says of each token that ends soon that it does: a warning in the log, and `token.expiring` in its organization's
    /// feed, 7 days and 1 day before. Once each, also over restarts.
    ///
    /// # Errors
    /// Those of the store; what was said already stays said.
    pub fn warn_of_expiring_tokens(&self) -> Result<()> {
        let now = self.clock().now();
        let tokens = self.store().read(|db| db.expiring_tokens(now, now.plus_seconds(SOON), MOST))?;
        for (token, warned) in tokens {
            if let Some(days) = due(&token, warned, now) {
                self.warn(token, days, now)?;
            }
        }
        Ok(())
    }

    /// How many tokens end within a week.
    ///
    /// # Errors
    /// Those of the store.
    pub fn count_expiring_tokens(&self) -> Result<i64> {
        let now = self.clock().now();
        self.store().read(|db| db.count_expiring_tokens(now, now.plus_seconds(SOON)))
    }

    fn warn(&self, token: Token, days: i64, now: Timestamp) -> Result<()> {
        let request_id = format!("expiry-{}", self.ids().uuid());
        let cause = Cause { request_id, token: "rollcall".to_owned(), at: now };
        let (organization, data) = (token.organization, json!({"token": token_json(&token)}));
        let id = token.id;
        let slug = self.change(organization, cause, move |change| {
            change.tx.set_token_warned(id, days)?;
            change.record(EventKind::TokenExpiring, data);
            Ok(change.organization.slug.clone())
        })?;
        let when = token.expires.map(|expires| expires.to_string()).unwrap_or_default();
        log::warn!(
            "the token \"{}\" (id {id}) of organization {slug} ends on {when}; rotate it with \"rollcall token rotate {id} \
             --organization {slug}\" and enter the new one where it is used",
            token.name
        );
        Ok(())
    }
}

/// The warning, in days before the end, that is due now; `warned` is the last one that was given.
fn due(token: &Token, warned: Option<i64>, now: Timestamp) -> Option<i64> {
    let expires = token.expires?;
    WARNINGS.into_iter().find(|days| {
        let from = expires.plus_seconds(-days * DAY);
        from <= now && token.created < from && warned.is_none_or(|warned| *days < warned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{OrganizationId, TokenId};
    use crate::model::token::TokenKind;

    const END: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn token(life: i64) -> Token {
        Token {
            id: TokenId(1),
            organization: OrganizationId(1),
            kind: TokenKind::Scim,
            server_scope: false,
            read_only: false,
            name: "PingOne".to_owned(),
            prefix: String::new(),
            created: END.plus_seconds(-life * DAY),
            expires: Some(END),
            last_used: None,
        }
    }

    #[test]
    fn it_is_said_a_week_and_a_day_before_and_once_each() {
        let due = |before: i64, warned| due(&token(90), warned, END.plus_seconds(-before * DAY));
        assert_eq!(due(8, None), None);
        assert_eq!(due(7, None), Some(7));
        assert_eq!((due(5, Some(7)), due(1, Some(7)), due(1, Some(1))), (None, Some(1), None));
        assert_eq!(due(1, None), Some(1), "the server was down all week");
    }

    #[test]
    fn a_token_of_a_short_life_is_not_spoken_of_when_it_is_made() {
        assert_eq!(due(&token(7), None, END.plus_seconds(-7 * DAY)), None);
        assert_eq!(due(&token(7), None, END.plus_seconds(-DAY)), Some(1));
        assert_eq!(due(&token(1), None, END.plus_seconds(-60)), None);
        assert_eq!(due(&Token { expires: None, ..token(90) }, None, END), None);
    }
}
