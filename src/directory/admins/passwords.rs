//! Passwords: what one must be, Argon2id, and how many computations run at once.
//!
//! A computation takes 19 MiB and some 20 ms of a core (OWASP's parameters). At most one runs per core and few wait, so
//! that a flood of sign-ins costs neither the memory nor the workers that identity providers need.

use std::sync::{Arc, Condvar, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::ids::Ids;
use crate::model::error::{Error, Kind, Result};
use crate::model::fold::fold;

/// KiB of memory of one computation.
const MEMORY: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;

/// The fewest characters of a password.
const SHORTEST: usize = 12;
/// The most bytes; what is longer was pasted by mistake.
const LONGEST: usize = 1024;

/// How many may wait for each core.
const WAITING_PER_CORE: usize = 4;
/// How long they wait.
const PATIENCE: Duration = Duration::from_secs(3);

/// A password as it is stored: Argon2id in PHC text form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed(pub(super) String);

/// The only place where passwords are computed with; cheap to clone, one for the whole program.
#[derive(Clone, Debug)]
pub struct Passwords(Arc<Gate>);

#[derive(Debug)]
struct Gate {
    cores: usize,
    state: Mutex<Crowd>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct Crowd {
    inside: usize,
    waiting: usize,
}

impl Default for Passwords {
    /// One computation for each core that the process may use.
    fn default() -> Passwords {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Passwords(Arc::new(Gate { cores, state: Mutex::default(), left: Condvar::new() }))
    }
}

impl Passwords {
    /// Takes a new password of the admin of this name.
    ///
    /// # Errors
    /// `InvalidValue` for one that is shorter than 12 characters, longer than 1,024 bytes, or the name;
    /// `Unavailable` when too many computations wait.
    pub fn take(&self, name: &str, password: &str, ids: &Ids) -> Result<Hashed> {
        check(name, password)?;
        let random = ids.secret();
        let salt = SaltString::encode_b64(random.get(..16).unwrap_or_default()).map_err(failed)?;
        let _place = self.enter()?;
        let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(failed)?;
        Ok(Hashed(hash.to_string()))
    }

    /// Whether `password` is the stored one. Where nothing is stored the work is the same, and the answer no.
    ///
    /// # Errors
    /// `Unavailable` when too many computations wait.
    pub fn verify(&self, stored: Option<&str>, password: &str) -> Result<bool> {
        // Nothing longer was ever taken as a password.
        let stored = stored.filter(|_| password.len() <= LONGEST);
        let hash = stored.unwrap_or(&NOBODYS);
        let parsed = PasswordHash::new(hash).map_err(failed)?;
        let _place = self.enter()?;
        let is_right = argon2()?.verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(is_right && stored.is_some())
    }

    /// Waits for a core.
    fn enter(&self) -> Result<Place<'_>> {
        let gate = &self.0;
        let mut crowd = gate.state.lock().unwrap_or_else(PoisonError::into_inner);
        if crowd.inside >= gate.cores {
            if crowd.waiting >= gate.cores * WAITING_PER_CORE {
                return Err(busy());
            }
            crowd.waiting += 1;
            (crowd, _) = gate
                .left
                .wait_timeout_while(crowd, PATIENCE, |crowd| crowd.inside >= gate.cores)
                .unwrap_or_else(PoisonError::into_inner);
            crowd.waiting -= 1;
            if crowd.inside >= gate.cores {
                return Err(busy());
            }
        }
        crowd.inside += 1;
        Ok(Place(gate))
    }
}

/// A core that is taken.
struct Place<'g>(&'g Gate);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).inside -= 1;
        self.0.left.notify_one();
    }
}

/// What is computed with where there is no account, so that the time does not say which names exist. Of the same cost
/// as every other one; nobody's.
static NOBODYS: LazyLock<String> = LazyLock::new(|| {
    format!("$argon2id$v=19$m={MEMORY},t={PASSES},p=1$AAAAAAAAAAAAAAAAAAAAAA${}", "A".repeat(43))
});

fn argon2() -> Result<Argon2<'static>> {
    let parameters = Params::new(MEMORY, PASSES, 1, None).map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

/// A password that nobody has to think of: 100 bits, in groups that can be typed.
pub fn generate_password(ids: &Ids) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut text = String::new();
    for (index, byte) in ids.secret().into_iter().take(20).enumerate() {
        if index > 0 && index % 5 == 0 {
            text.push('-');
        }
        text.extend(ALPHABET.get(usize::from(byte % 32)).map(|letter| char::from(*letter)));
    }
    text
}

/// NIST SP 800-63B: length counts, composition rules do not help.
fn check(name: &str, password: &str) -> Result<()> {
    let length = password.chars().count();
    let problem = if length < SHORTEST {
        format!(
            "it has {length} characters; at least {SHORTEST} are needed. A few words in a row are a good one."
        )
    } else if password.len() > LONGEST {
        format!("it has {} bytes; at most {LONGEST} are allowed.", password.len())
    } else if fold(password) == fold(name) {
        "it is the name. Choose another one.".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::invalid_value(format!("password: {problem}")).at("password"))
}

fn busy() -> Error {
    Error::new(Kind::Unavailable, "Too many people sign in at this moment. Try again in a few seconds.")
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("a password cannot be computed with: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_stored_as_argon2id_with_owasps_parameters_and_a_salt_of_its_own() {
        let passwords = Passwords::default();
        let one = passwords.take("ann", "correct horse battery", &Ids::Random).unwrap();
        assert!(one.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one:?}");
        assert_ne!(one, passwords.take("ann", "correct horse battery", &Ids::Random).unwrap());
        assert_eq!(passwords.verify(Some(&one.0), "correct horse battery"), Ok(true));
        assert_eq!(passwords.verify(Some(&one.0), "correct horse batterz"), Ok(false));
    }

    #[test]
    fn without_an_account_the_same_is_computed_and_the_answer_is_no() {
        assert!(NOBODYS.contains("$m=19456,t=2,p=1$"));
        assert_eq!(Passwords::default().verify(None, "correct horse battery"), Ok(false));
    }

    #[test]
    fn length_counts_and_the_name_is_no_password() {
        let refusal = |password: &str| check("administrator", password).map_err(|error| error.field);
        let password = Err(Some("password".to_owned()));
        assert_eq!(refusal("elevenchars"), password);
        assert_eq!(refusal("Administrator"), password);
        assert_eq!(refusal(&"x".repeat(LONGEST + 1)), password);
        assert_eq!(refusal("aaaaaaaaaaaa"), Ok(()));
        assert_eq!(refusal("zw\u{f6}lf Zeichen"), Ok(()), "characters count, not bytes");
    }

    #[test]
    fn a_generated_password_is_one_and_is_another_each_time() {
        let password = generate_password(&Ids::Random);
        assert_eq!(password.len(), 23, "{password}");
        assert!(check("admin", &password).is_ok());
        assert_ne!(password, generate_password(&Ids::Random));
    }

    #[test]
    fn who_finds_all_cores_taken_and_the_queue_full_is_sent_away_at_once() {
        let gate = Gate { cores: 1, state: Mutex::default(), left: Condvar::new() };
        let passwords = Passwords(Arc::new(gate));
        let place = passwords.enter().unwrap();
        passwords.0.state.lock().unwrap().waiting = WAITING_PER_CORE;
        assert_eq!(passwords.enter().err().unwrap().kind, Kind::Unavailable);
        passwords.0.state.lock().unwrap().waiting = 0;
        let waiter = {
            let passwords = passwords.clone();
            std::thread::spawn(move || passwords.enter().is_ok())
        };
        drop(place);
        assert!(waiter.join().unwrap(), "who waits comes in when somebody leaves");
    }
}
