//! For whom answers are worded.

use rouille::Request;

/// Who reads what goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A program at the admin API: problem details.
    Program,
    /// A person at the admin page.
    Person,
    /// An identity provider, and whoever asks for anything else: SCIM errors.
    IdentityProvider,
}

impl Audience {
    /// By the first segment of the path.
    pub fn of(request: &Request) -> Audience {
        let path = request.raw_url().trim_start_matches('/');
        let first = path.split(['/', '?']).next().unwrap_or_default();
        match first {
            _ if first.eq_ignore_ascii_case("api") => Audience::Program,
            _ if first.eq_ignore_ascii_case("admin") => Audience::Person,
            _ => Audience::IdentityProvider,
        }
    }
}
