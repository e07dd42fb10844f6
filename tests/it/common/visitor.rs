//! A person at the admin page: forms with their tokens, and what follows them.

use super::answer::Answer;
use super::browser::Browser;
use super::ephemeral::Server;
use super::words::text;

const HERE: &str = "/admin/organizations/default";

/// Somebody who is signed in, at the pages of the organization `default`.
pub struct Visitor {
    /// What they look through.
    pub browser: Browser,
    csrf: String,
}

impl Visitor {
    /// Signs in by the link of the start.
    pub fn of(server: &Server) -> Visitor {
        let mut browser = Browser::of(server.scim.address());
        browser.open_link(&text(&server.ready, "admin_url"));
        let csrf = browser.csrf();
        Visitor { browser, csrf }
    }

    /// The text of a page.
    #[track_caller]
    pub fn page(&mut self, path: &str) -> String {
        self.browser.get(&format!("{HERE}{path}")).expect(200).text
    }

    /// Sends a form.
    #[track_caller]
    pub fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<(&str, &str)> =
            [("csrf_token", self.csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.browser.post(&format!("{HERE}{path}"), &fields)
    }

    /// Sends a form and gives the page that follows.
    #[track_caller]
    pub fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.send(path, fields).expect(303);
        let next = answer.header("location").unwrap().to_owned();
        self.browser.get(&next).text
    }
}

/// The value of a hidden field, in the first form that has one of this name.
#[track_caller]
pub fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap().replace("&quot;", "\"").replace("&#x2f;", "/")
}
