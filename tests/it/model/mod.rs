//! The engine against a naive reference, over random histories (mapping.md).
//!
//! A history ([`history`]) is done twice: by the directory over a store in memory ([`run`]) and by a reference that was
//! written from mapping.md alone ([`reference`]). After every step both must tell the same ([`compare`]), in the same
//! words; repeating the step must change nothing; and at the end the event feed alone must tell it too ([`replay`]) and
//! the file must keep its promises (`rollcall check`).
//!
//! `ROLLCALL_HISTORIES=10000` runs that many histories instead of the few that a build has time for.

mod compare;
mod history;
mod observe;
mod order;
mod reference;
mod replay;
mod run;
mod sentences;
mod words;

use proptest::prelude::*;

use history::any_history;

/// How many requests a history has at most, beside those that push its users.
const LONGEST: usize = 40;

/// As many cases as the environment says, else as many as a build has time for.
fn cases(few: u32) -> ProptestConfig {
    let cases = std::env::var("ROLLCALL_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(few);
    ProptestConfig { failure_persistence: None, cases, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn the_directory_does_what_the_reference_does_over_random_histories(history in any_history(LONGEST)) {
        compare::holds(&history)?;
    }
}
