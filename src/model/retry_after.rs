//! How long a server asks to be left alone.

use std::time::Duration;

use jiff::fmt::rfc2822;

/// The header Retry-After (RFC 9110 section 10.2.3): seconds, or an instant, which counts from the answer's own Date, so
/// that no clock but the target's matters.
pub fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let instant = |text: &str| rfc2822::parse(text.trim()).ok().map(|at| at.timestamp().as_second());
    let seconds = instant(value)? - instant(date?)?;
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_an_instant_by_the_targets_own_clock() {
        assert_eq!(retry_after(" 7 ", None), Some(Duration::from_secs(7)));
        let date = Some("Sun, 06 Nov 1994 08:49:30 GMT");
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", date), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:00 GMT", date), Some(Duration::ZERO));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", None), None);
        assert_eq!(retry_after("-1", date), None);
        assert_eq!(retry_after("soon", date), None);
    }
}
