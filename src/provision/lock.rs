//! One run at a time on a state file.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Keeps other runs from a state file while it lives. The system gives it back however the run ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Locks the state file at `path`. The lock is on a file beside it that stays there: the state file itself is
    /// replaced again and again, and whoever removed the other one could let two runs in.
    ///
    /// # Errors
    /// A sentence for the person who runs the sync: another run has it, or the file beside it cannot be made.
    pub(super) fn of(path: &Path) -> Result<Lock, String> {
        let beside = beside(path);
        let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&beside);
        let file = opened.map_err(|error| {
            format!(
                "{}: the lock of the state file cannot be made: {error}. Nothing was sent.",
                beside.display()
            )
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { file }),
            Err(TryLockError::WouldBlock) => Err(format!(
                "{}: another run is at work with this state file. Nothing was sent; wait until it ends, or name another \
                 file with --state.",
                path.display()
            )),
            Err(TryLockError::Error(error)) => Err(format!(
                "{}: the state file cannot be locked: {error}. Nothing was sent; name one on another disk with --state.",
                path.display()
            )),
        }
    }
}

impl Drop for Lock {
    /// Given back by name: closing the file alone would leave the lock to a child that was forked meanwhile, until it
    /// starts its own program.
    fn drop(&mut self) {
        // Without it the end of the process gives the lock back.
        let _ = self.file.unlock();
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_refused_until_the_first_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let first = Lock::of(&path).unwrap();
        assert!(Lock::of(&path).unwrap_err().contains("another run"));
        assert!(Lock::of(&folder.path().join("other.json")).is_ok(), "it is about this file only");
        drop(first);
        assert!(Lock::of(&path).is_ok(), "the file that is left locks nothing");
    }
}
