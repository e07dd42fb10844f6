//! The program that is attacked, and what must hold of it afterwards.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::ServerProcess;

/// Longer than anything takes that works.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long a normal request may take while the attack runs. The tests run side by side on a small machine.
const NORMAL: Duration = Duration::from_secs(5);

/// A server with one user, and what was there before the attack.
pub struct Victim {
    pub server: ServerProcess,
    pub token: String,
    id: String,
    before: Value,
}

impl Victim {
    pub fn start() -> Victim {
        Victim::new(ServerProcess::start())
    }

    pub fn new(server: ServerProcess) -> Victim {
        let id = server.user(&format!("ann{}", server.last_event()));
        let token = server.ready["scim_token"].as_str().unwrap().to_owned();
        let before = everything(&server);
        Victim { server, token, id, before }
    }

    /// A connection without anything sent.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.server.scim.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// The headers of a request that is allowed everything.
    pub fn headers(&self) -> String {
        format!("Host: a\r\nAuthorization: Bearer {}\r\nContent-Type: application/scim+json\r\n", self.token)
    }

    /// A whole request that creates a user: what must never be run out of somebody's body.
    pub fn creation(&self) -> String {
        let body = user("smuggled");
        format!(
            "POST /scim/v2/Users HTTP/1.1\r\n{}Content-Length: {}\r\n\r\n{body}",
            self.headers(),
            body.len()
        )
    }

    /// Sends all of it, says that this is all, and gives what comes back until the server closes.
    pub fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect();
        // The server may have had enough before the end.
        let _ = stream.write_all(bytes.as_ref());
        let _ = stream.shutdown(Shutdown::Write);
        read_to_end(&mut stream)
    }

    /// A normal client is served, and in time.
    #[track_caller]
    pub fn serves_others(&self) {
        let began = Instant::now();
        let client = self.server.scim.copy();
        client.get(format!("/Users/{}", self.id)).expect(200);
        assert!(began.elapsed() < NORMAL, "a normal request took {:?}", began.elapsed());
    }

    /// After the attack: normal requests are answered, nothing was written, and the process never held more than
    /// `mib` MiB.
    #[track_caller]
    pub fn survives(self, mib: u64) {
        self.serves_others();
        assert_eq!(everything(&self.server), self.before, "something was written");
        let peak = self.peak_kib();
        println!("peak: {} MiB of {mib}", peak / 1024);
        assert!(peak < mib * 1024, "the process held {} MiB, more than {mib}", peak / 1024);
        self.server.user("afterwards");
    }

    /// The most memory that the process ever had resident.
    fn peak_kib(&self) -> u64 {
        let pid = self.server.program.child.id();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

/// All users, groups, rules and events.
fn everything(server: &ServerProcess) -> Value {
    let rules = server.api.get("/mapping-rules").expect(200).json;
    let events = server.api.get("/events?after=0").expect(200).json;
    let [users, groups] = ["/Users", "/Groups"].map(|list| server.scim.get(list).expect(200).json);
    json!([users, groups, rules, events])
}

/// A user as JSON text.
pub fn user(name: &str) -> String {
    let schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
    json!({"schemas": schemas, "userName": format!("{name}@example.com")}).to_string()
}

/// What comes until the other side closes, however it does that; fails if it does not.
#[track_caller]
pub fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        let closed = matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe);
        assert!(closed, "not closed: {error}, after {:?}", String::from_utf8_lossy(&bytes));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends `piece` until the server has had enough of it; gives the bytes that it took and what it said.
pub fn send_for_ever(stream: &mut TcpStream, start: &str, piece: &[u8], most: usize) -> (usize, String) {
    let mut sent = 0;
    let _ = stream.write_all(start.as_bytes());
    while sent < most && stream.write_all(piece).is_ok() {
        sent += piece.len();
    }
    let _ = stream.shutdown(Shutdown::Write);
    (sent, read_to_end(stream))
}

/// The statuses of the answers in what came back, in order.
pub fn statuses(answers: &str) -> Vec<u16> {
    let lines = answers.split("HTTP/1.1 ").skip(1);
    lines.filter_map(|line| line.get(..3)?.parse().ok()).filter(|status| *status >= 200).collect()
}
