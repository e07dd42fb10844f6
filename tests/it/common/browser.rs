//! A browser as far as the admin page needs one: it keeps cookies, follows nothing by itself, and says where a request
//! comes from.

use std::net::SocketAddr;

use super::answer::Answer;
use super::client::Client;
use super::words::encode;

/// A browser without a page.
pub struct Browser {
    client: Client,
    /// Name and value of the session's cookie.
    pub cookie: Option<String>,
    /// The cookie of the notice that the next page shows.
    notice: Option<String>,
    /// Headers with every request, as those that a proxy adds.
    pub extra: Vec<(String, String)>,
}

impl Browser {
    /// A browser that reaches the server at this address.
    pub fn of(address: SocketAddr) -> Browser {
        let client = Client::new(&format!("http://{address}"), "", "").authorized(None);
        Browser { client, cookie: None, notice: None, extra: Vec::new() }
    }

    /// The page at `target`.
    #[track_caller]
    pub fn get(&mut self, target: &str) -> Answer {
        self.send("GET", target, &[], None)
    }

    /// Sends a form from a page of the server itself.
    #[track_caller]
    pub fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = format!("http://{}", self.client.address());
        self.post_from(&origin, target, fields)
    }

    /// Sends a form from a page of `origin`.
    #[track_caller]
    pub fn post_from(&mut self, origin: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", origin)];
        self.send("POST", target, &headers, Some(fields.join("&").as_bytes()))
    }

    /// Sends what a script might; keeps a cookie that is set.
    #[track_caller]
    pub fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let extra = self.extra.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let cookies: Vec<&str> = self.cookie.iter().chain(&self.notice).map(String::as_str).collect();
        let cookies = cookies.join("; ");
        let cookie = (!cookies.is_empty()).then_some(("Cookie", cookies.as_str()));
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain(extra).chain(cookie).collect();
        let answer = self.client.send(method, target, &headers, body);
        for (_, set) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let pair = set.split(';').next().unwrap_or_default();
            let kept = (!pair.ends_with('=')).then(|| pair.to_owned());
            if pair.starts_with("rollcall-notice=") { self.notice = kept } else { self.cookie = kept }
        }
        answer
    }

    /// Opens a sign-in link, as `admin_url` is one.
    #[track_caller]
    pub fn open_link(&mut self, url: &str) -> Answer {
        let target = url.split_once("//").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        self.get(target.unwrap_or_else(|| panic!("no path in {url}"))).expect(303)
    }

    /// The CSRF token in the home page's forms.
    #[track_caller]
    pub fn csrf(&mut self) -> String {
        let home = self.get("/admin").expect(303);
        let page = self.get(home.header("location").unwrap_or_default()).expect(200).text;
        let (_, after) = page.split_once("name=\"csrf_token\" value=\"").unwrap_or_else(|| panic!("{page}"));
        after.split('"').next().unwrap_or_default().to_owned()
    }
}
