//! Runs a target on many inputs.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use super::mutate::{Random, mutated};

/// Far more than any input takes, also in a debug build on a busy machine.
const SLOW: Duration = Duration::from_secs(2);

/// Calls `target` with `count` inputs, or for as long as `ROLLCALL_FUZZ_SECONDS` says. `target` says whether it took
/// the input for what it should be, and panics when something is wrong.
pub fn run(name: &str, count: u64, seeds: &[Vec<u8>], target: impl Fn(&[u8]) -> bool) {
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let time = setting("ROLLCALL_FUZZ_SECONDS").map(Duration::from_secs);
    let mut random = Random(setting("ROLLCALL_FUZZ_SEED").unwrap_or(5));
    let (began, mut inputs, mut taken) = (Instant::now(), 0_u64, 0_u64);
    let mut slowest = Duration::ZERO;
    while time.map_or(inputs < count, |time| began.elapsed() < time) {
        let bytes = mutated(&mut random, seeds);
        let start = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| target(&bytes))) {
            Ok(was_taken) => taken += u64::from(was_taken),
            Err(panic) => {
                eprintln!("{name}, input {inputs}: {}", bytes.escape_ascii());
                resume_unwind(panic);
            }
        }
        slowest = slowest.max(start.elapsed());
        assert!(start.elapsed() < SLOW, "{name} took {:?} for {}", start.elapsed(), bytes.escape_ascii());
        inputs += 1;
    }
    println!("fuzz {name}: {inputs} inputs in {:?}, {taken} taken, the slowest {slowest:?}", began.elapsed());
    assert!(
        taken > inputs / 50,
        "{name}: only {taken} of {inputs} were taken: the mutations destroy everything"
    );
}
