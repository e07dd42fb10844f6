//! The thread that writes the request log: what requests left in memory, in batches, as long as the server runs.

use std::thread::JoinHandle;

use crate::directory::Directory;
use crate::model::error::{Error, Result};

/// The thread, and the log that it writes.
pub(super) struct RequestWriter {
    directory: Directory,
    thread: JoinHandle<()>,
}

impl RequestWriter {
    /// Starts the thread.
    ///
    /// # Errors
    /// `Internal` if the system gives no thread.
    pub(super) fn start(directory: Directory) -> Result<RequestWriter> {
        let writer = directory.clone();
        let work = move || {
            loop {
                let closed = writer.requests().wait();
                if let Err(error) = writer.write_requests() {
                    log::warn!("requests could not be logged: {error}");
                }
                if closed {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("request-log".into())
            .spawn(work)
            .map_err(|error| Error::internal(format!("A thread cannot start: {error}")))?;
        Ok(RequestWriter { directory, thread })
    }

    /// Writes what is left and ends the thread.
    pub(super) fn finish(self) {
        self.directory.requests().close();
        if self.thread.join().is_err() {
            log::error!("the writer of the request log ended by a panic");
        }
    }
}
