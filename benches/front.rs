//! What 5,000 connections that are slow, idle or half-open cost a normal client, as a ratio within one run: its
//! throughput while they are held against its throughput without them, measured in turns.
//!
//! `cargo bench front`. Needs a limit of some 12,000 open files (`ulimit -n`); bounded
//! by ROUNDS and SECONDS.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Client, Server};

/// Connections held at once.
const HELD: usize = 5000;
const ROUNDS: usize = 5;
/// How long the normal client is measured, each time.
const SECONDS: f64 = 2.0;

pub fn run() {
    let server = Server::start();
    let id = server.user("ann");
    let target = format!("/Users/{id}");
    let measure = || throughput(&server.scim, &target);
    measure();
    let mut rounds: Vec<(f64, f64)> = Vec::new();
    for _ in 0..ROUNDS {
        let alone = measure();
        let began = Instant::now();
        let held: Vec<TcpStream> = (0..HELD).map(|number| hold(&server, number)).collect();
        let connecting = began.elapsed();
        let besieged = while_trickling(&held, measure);
        println!(
            "{HELD} connections made in {connecting:?}; {alone:.0}/s alone, {besieged:.0}/s while they are held"
        );
        drop(held);
        // Until the server has seen them go.
        std::thread::sleep(Duration::from_secs(1));
        rounds.push((besieged, alone));
    }
    rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (besieged, alone) = rounds[ROUNDS / 2];
    println!(
        "throughput with {HELD} held connections / without: {:.2} (median of {ROUNDS}; aim: at least 0.90)",
        besieged / alone
    );
}

/// Requests a second of one client on one connection.
fn throughput(client: &Client, target: &str) -> f64 {
    let (start, mut requests) = (Instant::now(), 0);
    while start.elapsed().as_secs_f64() < SECONDS {
        drop(client.get(target).expect(200));
        requests += 1;
    }
    f64::from(requests) / start.elapsed().as_secs_f64()
}

/// A connection that wants to stay: silent, in the middle of a head, or in the middle of a body.
fn hold(server: &Server, number: usize) -> TcpStream {
    let mut stream = TcpStream::connect(server.scim.address()).expect("a limit of some 12,000 open files");
    let sent: &[u8] = match number % 3 {
        0 => b"",
        1 => b"GET /scim/v2/Users HTTP/1.1\r\nHost: a\r\nX: ",
        _ => b"POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n{",
    };
    stream.write_all(sent).unwrap();
    stream
}

/// Measures while every connection that has begun something sends another byte each second.
fn while_trickling(held: &[TcpStream], measure: impl FnOnce() -> f64) -> f64 {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for (_, mut stream) in held.iter().enumerate().filter(|(number, _)| number % 3 != 0) {
                    let _ = stream.write_all(b"x");
                }
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        let found = measure();
        done.store(true, Ordering::Relaxed);
        found
    })
}
