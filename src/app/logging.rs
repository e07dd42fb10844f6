//! The program's own log, on standard error.

use std::io::Write;

use serde_json::json;

use crate::config::{Log, LogFormat};

/// Starts logging as configured; a second start changes nothing.
pub fn start(log: &Log) {
    let mut builder = env_logger::Builder::new();
    builder.filter_level(log.level);
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
    let _ = builder.try_init();
}
