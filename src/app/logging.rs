//! The program's own log, on standard error.

use std::io::Write;

use serde_json::json;

use crate::config::{Log, LogFormat};

/// Starts logging as configured; a second start changes nothing.
pub fn start(log: &Log) {
    let mut builder = env_logger::Builder::new();
    // What is written is decided in one place that can be changed later.
    builder.filter_level(log::LevelFilter::Trace);
    if log.format == LogFormat::Json {
        builder.format(|out, record| {
            let line = json!({
                "at": out.timestamp_millis().to_string(),
                "level": record.level().as_str(),
                "module": record.target(),
                "message": record.args().to_string(),
            });
            writeln!(out, "{line}")
        });
    }
    // In tests several servers start in one process; the first one's settings hold.
    if builder.try_init().is_ok() {
        set_level(log.level);
    }
}

/// The least severe line that is written from now on.
pub fn set_level(level: log::LevelFilter) {
    log::set_max_level(level);
}
