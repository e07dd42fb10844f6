//! Lengths of time as people type them: `90d`, `12h`, `30m`.

use std::time::Duration;

/// The units, each with its seconds.
const UNITS: [(char, u64); 5] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400), ('w', 604_800)];
/// A hundred years of 365 days: longer is a slip.
const LONGEST: u64 = 36_500 * 86_400;

/// Reads a whole number and a unit: `s`, `m` (minutes), `h`, `d` or `w`.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let seconds = seconds(text).ok_or_else(|| {
        format!("\"{text}\" is not a length of time: write a whole number and a unit, such as 90d, 12h, 30m, 45s or 2w")
    })?;
    match seconds {
        0 => Err("a length of time must be longer than 0".to_owned()),
        1..=LONGEST => Ok(Duration::from_secs(seconds)),
        _ => Err(format!("\"{text}\" is longer than a hundred years")),
    }
}

fn seconds(text: &str) -> Option<u64> {
    let (number, factor) =
        UNITS.iter().find_map(|(unit, factor)| Some((text.strip_suffix(*unit)?, *factor)))?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_a_number_and_a_unit() {
        for (text, seconds) in
            [("45s", 45), ("30m", 1800), ("12h", 43_200), ("90d", 7_776_000), ("2w", 1_209_600)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused_with_examples() {
        for text in ["", "d", "90", "-1d", "+1d", "1.5d", "90 d", "90D", "1y", "1d12h", "٣d"] {
            assert!(parse_duration(text).unwrap_err().contains("90d"), "{text}");
        }
    }

    #[test]
    fn nothing_and_more_than_a_hundred_years_are_refused() {
        assert!(parse_duration("0d").unwrap_err().contains("longer than 0"));
        for text in ["36501d", "99999999999999999999999d", "18446744073709551615w"] {
            assert!(parse_duration(text).unwrap_err().contains("hundred years"), "{text}");
        }
    }
}
