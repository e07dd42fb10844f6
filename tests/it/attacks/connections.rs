//! Connections that are held without being used.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::victim::{Victim, read_to_end, statuses};
use crate::common::ServerProcess;

/// How many at once; `benches/front.rs` does it with 5,000.
const MANY: usize = 300;

/// A connection of each kind that wants to stay.
fn hold(victim: &Victim, number: usize) -> TcpStream {
    let mut stream = victim.connect();
    let headers = victim.headers();
    let sent = match number % 5 {
        0 => String::new(),
        1 => "GET /scim/v2/Users HTTP/1.1\r\nHost:".to_owned(),
        2 => format!("POST /scim/v2/Users HTTP/1.1\r\n{headers}Content-Length: 60000\r\n\r\n{{"),
        3 => {
            format!("POST /scim/v2/Users HTTP/1.1\r\n{headers}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n")
        }
        _ => format!("GET /scim/v2/Schemas HTTP/1.1\r\n{headers}\r\n"),
    };
    stream.write_all(sent.as_bytes()).unwrap();
    stream
}

#[test]
fn hundreds_of_slow_idle_and_half_open_connections_hold_up_nobody() {
    let victim = Victim::start();
    let mut held: Vec<TcpStream> = (0..MANY).map(|number| hold(&victim, number)).collect();
    for _ in 0..5 {
        for stream in held.iter_mut().skip(1).step_by(5) {
            stream.write_all(b"x").unwrap();
        }
        (0..10).for_each(|_| victim.serves_others());
    }
    drop(held);
    victim.survives(128);
}

#[test]
fn clients_that_never_read_hold_one_answer_each() {
    let server = ServerProcess::start();
    let large =
        |number| json!({"userName": format!("large{number}@example.com"), "title": "x".repeat(10_000)});
    server.load_users(&(0..20).map(large).collect::<Vec<_>>());
    let victim = Victim::new(server);
    // An answer of some 200 KB, often enough to fill what the system buffers on both sides.
    let request = format!("GET /scim/v2/Users HTTP/1.1\r\n{}\r\n", victim.headers()).repeat(20);
    let held: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = victim.connect();
            stream.set_write_timeout(Some(Duration::from_millis(20))).unwrap();
            // As much as fits into the system's buffers.
            while stream.write(request.as_bytes()).is_ok_and(|sent| sent == request.len()) {}
            stream
        })
        .collect();
    (0..20).for_each(|_| victim.serves_others());
    drop(held);
    victim.survives(128);
}

#[test]
fn a_server_with_few_descriptors_makes_room_for_those_who_ask_something() {
    // 64 are kept for itself: 96 connections.
    let victim = Victim::new(ServerProcess::start_with_few_descriptors("", 160));
    let held: Vec<TcpStream> = (0..MANY).map(|number| hold(&victim, number)).collect();
    for _ in 0..20 {
        victim.serves_others();
    }
    let ended = held.into_iter().filter(is_closed).count();
    assert!(ended >= MANY - 96, "{ended} of {MANY} were ended");
    victim.survives(96);
}

/// Whether the server has ended it; what it said before is passed over.
fn is_closed(stream: &TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    let mut stream = stream;
    loop {
        match stream.read(&mut [0; 4096]) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn descriptors_that_run_out_although_there_is_room_end_nothing() {
    let server = ServerProcess::start_with_few_descriptors("[server.limits]\nconnections = 1000\n", 100);
    let victim = Victim::new(server);
    let held: Vec<TcpStream> = (0..MANY).map(|_| victim.connect()).collect();
    // They are still there: those nearest their deadlines make room.
    (0..20).for_each(|_| victim.serves_others());
    drop(held);
    victim.survives(96);
}

#[test]
fn bytes_over_the_common_budget_are_refused_and_given_back() {
    let config = "[server.limits]\nbuffered_bytes = 8388608\nbody_bytes = 4194304\nbulk_bytes = 4194304\n";
    let victim = Victim::new(ServerProcess::start_with(config));
    let head = format!("POST /scim/v2/Users HTTP/1.1\r\n{}Content-Length: 1048577\r\n\r\n", victim.headers());
    let body = vec![b' '; 1 << 20];
    let mut held: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = victim.connect();
            stream.write_all(head.as_bytes()).unwrap();
            let _ = stream.write_all(&body);
            stream
        })
        .collect();
    let refused = held.iter_mut().filter_map(|stream| {
        stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).ok().filter(|()| start.ends_with(b"503"))
    });
    assert!(refused.count() >= 12, "eight fit");
    drop(held);
    let mut stream = victim.connect();
    stream
        .write_all(
            format!("{}Connection: close\r\n\r\n", head.trim_end().replace("1048577", "1048576")).as_bytes(),
        )
        .unwrap();
    let _ = stream.write_all(&body);
    assert_eq!(statuses(&read_to_end(&mut stream)), [400], "spaces are no JSON; but there is room");
    victim.survives(96);
}
