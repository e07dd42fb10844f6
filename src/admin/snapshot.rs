//! Where a program begins that follows the feed: everybody with role and places, page by page.
//!
//! A page shows the state of its own moment, and every page names the same event: the newest one when the first page was
//! read. Whoever replays the feed after that event over the pages ends with what is true, since each event tells the state
//! that it led to: what a later page knew already is said again, and what it did not know yet is said for the first time.

use serde_json::{Value, json};

use crate::admin::handle::{Admin, organization};
use crate::admin::list::Listing;
use crate::admin::operation::{Operation, PAGING};
use crate::admin::places::Placed;
use crate::admin::reply::{self, Reply};
use crate::directory::user_state_json;
use crate::model::call::Call;
use crate::model::error::Result;
use crate::model::id::{OrganizationId, UserId};
use crate::model::user::User;
use crate::store::Db;

/// Of [`list`].
pub const LIST: Operation =
    Operation::get("Everybody with role and places, to follow the feed from", "Snapshot").asked_by(PAGING);

/// `GET snapshot?after=&limit=`: users in the order in which they were first pushed. `events_after` is what to send as
/// `after` to `events` once the last page was read.
///
/// # Errors
/// Those of paging.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing: Listing<2> = Listing::read(call, "snapshot")?;
    admin.read(|db| {
        let organization = organization(call)?.id;
        let events_after = match listing.after {
            Some([_, event]) => event,
            None => db.last_event_id(organization)?,
        };
        let page = listing.page_of_rows();
        let rows = db.users_matching(organization, "", page.after, page.limit)?;
        let (rows, next) = listing.cut(rows, |user| [user.id.0, events_after]);
        let items = users_json(db, organization, &rows)?;
        Ok(reply::ok(&json!({"items": items, "next": next, "events_after": events_after.to_string()})))
    })
}

/// Users with their places, as `user.created` shows those who come.
fn users_json(db: &Db<'_>, organization: OrganizationId, users: &[User]) -> Result<Vec<Value>> {
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let placed = Placed::of(db, organization, &ids)?;
    let shown = users.iter().map(|user| {
        let mut shown = user_state_json(user);
        if let Value::Object(members) = &mut shown {
            members.extend(placed.bare(user.id));
        }
        shown
    });
    Ok(shown.collect())
}
