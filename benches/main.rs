//! What it costs, as ratios measured in turns within one run: what else the machine does touches both sides alike.
//!
//! `ROLLCALL_LOG__LEVEL=warn cargo bench` runs everything, for an hour; `cargo bench engine feed` only these.

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "benches: they use a part of the tests' client, and a panic is how they fail"
)]

#[path = "../tests/it/common/mod.rs"]
mod common;

mod engine;
mod feed;
mod first_sync;
mod front;
mod main_job;
mod pages;
mod preview;
mod protocol;
mod requests;
mod startup;
mod webhooks;

const BENCHES: [(&str, fn()); 11] = [
    ("engine", engine::run),
    ("feed", feed::run),
    ("first_sync", first_sync::run),
    ("front", front::run),
    ("main_job", main_job::run),
    ("pages", pages::run),
    ("preview", preview::run),
    ("protocol", protocol::run),
    ("requests", requests::run),
    ("startup", startup::run),
    ("webhooks", webhooks::run),
];

fn main() {
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    for name in &asked {
        let names = BENCHES.map(|(name, _)| name).join(", ");
        assert!(
            BENCHES.iter().any(|(known, _)| known == name),
            "there is no bench {name}; there are {names}"
        );
    }
    for (name, run) in BENCHES {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            println!("\n== {name}");
            run();
        }
    }
}
