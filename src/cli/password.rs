//! Passwords from standard input, unseen on a terminal.

use std::io::{IsTerminal, Write, stderr, stdin};
use std::process::{Command, Stdio};

use crate::cli::arguments::PasswordSource;
use crate::directory::generate_password;
use crate::ids::Ids;
use crate::model::error::{Error, Result};

/// A password and whether its owner knows it already.
pub(super) struct Password {
    pub text: String,
    pub is_made_up: bool,
}

/// The password that somebody types or pipes in, or one that is made up.
///
/// # Errors
/// `InvalidValue` when standard input has none, or two different ones were typed.
pub(super) fn obtain(source: PasswordSource, ids: &Ids) -> Result<Password> {
    if !source.password_stdin {
        return Ok(Password { text: generate_password(ids), is_made_up: true });
    }
    let text = if stdin().is_terminal() { typed_twice()? } else { line()? };
    Ok(Password { text, is_made_up: false })
}

fn typed_twice() -> Result<String> {
    let _unseen = Unseen::begin();
    let ask = |question: &str| {
        // Where nobody sees the question, the answer is read all the same.
        let _ = write!(stderr(), "{question}");
        let line = line();
        let _ = writeln!(stderr());
        line
    };
    let password = ask("Password: ")?;
    if ask("The same again: ")? == password {
        return Ok(password);
    }
    Err(Error::invalid_value("The two passwords are not the same. Nothing was changed; try again."))
}

fn line() -> Result<String> {
    let mut line = String::new();
    let read = stdin().read_line(&mut line);
    let text = line.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).unwrap_or(&line);
    match read {
        Ok(_) if !text.is_empty() => Ok(text.to_owned()),
        Ok(_) => Err(Error::invalid_value("Standard input has no password. Write it as the first line.")),
        Err(error) => Err(Error::invalid_value(format!("The password cannot be read: {error}"))),
    }
}

/// A terminal that does not show what is typed, until this is dropped.
struct Unseen;

impl Unseen {
    fn begin() -> Unseen {
        stty("-echo");
        Unseen
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        stty("echo");
    }
}

/// `stty` speaks to the terminal that it inherits as standard input; without it what is typed is merely seen.
fn stty(setting: &str) {
    let _ = Command::new("stty").arg(setting).stdout(Stdio::null()).stderr(Stdio::null()).status();
}
