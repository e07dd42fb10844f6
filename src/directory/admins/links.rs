//! Links that sign an admin in once, without a password: for a first look, and for whoever forgot theirs.

use crate::ids::Ids;
use crate::model::account::Account;
use crate::model::error::Result;
use crate::model::session::SessionSecret;
use crate::model::time::Timestamp;
use crate::store::Tx;

/// How long a link works unless it is said otherwise, in seconds: ten minutes.
pub const LINK_LIFE: i64 = 10 * 60;

/// Makes a link for an admin; gives its address below `base_url`, which has no slash at its end. Whoever opens it first
/// is signed in.
///
/// # Errors
/// Only those of the store.
pub fn create_link(
    tx: &Tx<'_>,
    ids: &Ids,
    account: &Account,
    expires: Timestamp,
    base_url: &str,
) -> Result<String> {
    let secret = SessionSecret::make(ids.secret());
    tx.insert_sign_in_link(&secret.hash(), account.id, expires)?;
    // In the query, which no log of ours repeats.
    Ok(format!("{base_url}/admin/sign-in?link={}", secret.reveal()))
}
