//! The server's certificate: read from PEM files, watched, and replaced while the server runs.
//!
//! | module | job |
//! | --- | --- |
//! | `files` | PEM files to a certificate and key that fit together, or a sentence |
//! | `validity` | from when until when a certificate is valid |
//! | `watch` | takes over what has changed; what is broken changes nothing |

mod files;
#[cfg(test)]
mod tests;
mod validity;
mod watch;

pub(super) use watch::Certificate;
