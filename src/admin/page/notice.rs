//! One sentence that survives the redirect after a form: in a cookie that the next page takes away.
//!
//! It is not in the address, where anybody could put words into our mouth.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rouille::Response;
use serde::{Deserialize, Serialize};

const COOKIE: &str = "rollcall-notice";
/// Browsers keep 4,096 bytes of a cookie; base64 makes four of three.
const LONGEST: usize = 2_000;

/// What was done, or what stood in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notice {
    kind: Kind,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Done,
    Problem,
}

impl Notice {
    pub(super) fn done(text: String) -> Notice {
        Notice { kind: Kind::Done, text: shortened(text) }
    }

    pub(super) fn problem(text: String) -> Notice {
        Notice { kind: Kind::Problem, text: shortened(text) }
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().find(|(at, _)| *at >= LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// The notice that the last answer left, among a browser's cookies.
pub(super) fn read(cookies: Option<&str>) -> Option<Notice> {
    let value = cookies?.split("; ").find_map(|cookie| cookie.strip_prefix(COOKIE)?.strip_prefix('='))?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()
}

/// Leaves a notice for the next page.
pub(super) fn leave(answer: Response, base_url: &str, notice: &Notice) -> Response {
    let text = serde_json::to_vec(notice).unwrap_or_default();
    set(answer, base_url, &URL_SAFE_NO_PAD.encode(text), 60)
}

/// Takes the notice away, once it is shown.
pub(super) fn forget(answer: Response, base_url: &str) -> Response {
    set(answer, base_url, "", 0)
}

fn set(answer: Response, base_url: &str, value: &str, seconds: u32) -> Response {
    let secure = if base_url.starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}");
    answer.with_additional_header("Set-Cookie", cookie)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::fixture::header;

    #[test]
    fn a_notice_comes_back_as_it_was_left_and_is_taken_away() {
        let notice = Notice::done("\u{201c}Sales; =\u{201d} is mapped".to_owned());
        let answer = leave(Response::text(""), "http://localhost", &notice);
        let cookie = header(&answer, "Set-Cookie").unwrap().split(';').next().unwrap().to_owned();
        assert_eq!(read(Some(&format!("other=1; {cookie}"))), Some(notice));
        assert!(header(&forget(answer, "http://localhost"), "Set-Cookie").is_some());
        assert_eq!(read(None), None);
    }

    #[test]
    fn a_cookie_that_is_not_ours_is_no_notice() {
        for value in ["", "x", "eyJhIjoxfQ", "%%%"] {
            assert_eq!(read(Some(&format!("{COOKIE}={value}"))), None, "{value}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let text = shortened("\u{e9}".repeat(3_000));
        assert!(text.len() < 2_010 && text.ends_with('…'), "{}", text.len());
    }
}
