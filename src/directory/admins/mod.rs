//! People who sign in: their accounts, passwords, sessions and one-time links.
//!
//! None of it is in an organization's event feed, which is for programs that follow who has what; the program's log
//! says who changed which account.

mod accounts;
mod links;
mod passwords;
mod sessions;
mod sign_in;

pub use accounts::{AdminChange, AdminSpec, account_json, change_admin, create_admin, remove_admin};
pub use links::{LINK_LIFE, create_link};
pub use passwords::{Hashed, Passwords, generate_password};
pub use sessions::{end_session, end_sessions, session_json, visible_admin};
pub use sign_in::{Browser, SignIn};
