//! Accepting and stopping.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use rollcall::http::front::Limits;

use super::support::{Client, PATIENCE, SHORT, get, limits, serve};
use crate::common::wait_for;

#[test]
fn when_all_connections_are_taken_the_one_nearest_its_deadline_makes_room() {
    let served = serve(Limits { connections: Some(3), ..limits() });
    let [mut busy, mut idle, mut slow] = [(); 3].map(|()| served.connect());
    busy.send(get("/block"));
    served.probe.wait_for_blocked(1);
    idle.send(get("/one"));
    assert_eq!(idle.answer().status, 200);
    slow.send("GET /slow HTTP/1.1\r\nHost:");
    assert!(slow.hears_nothing_for(SHORT));
    // A head has ten seconds, an idle connection sixty, and a request that is being answered has no deadline.
    let _kept_open = [slow, idle].map(|victim| {
        let mut next = served.connect();
        next.send(get("/next"));
        assert_eq!(next.answer().status, 200);
        assert_eq!(victim.rest(), b"");
        next
    });
    served.probe.open_gate();
    assert_eq!(busy.answer().body, "went through");
}

#[test]
fn while_all_connections_have_a_request_with_a_worker_a_further_one_waits() {
    let served = serve(Limits { connections: Some(2), ..limits() });
    let [mut one, mut two] = [(); 2].map(|()| served.connect());
    one.send(get("/block"));
    two.send(get("/block"));
    served.probe.wait_for_blocked(2);
    let mut third = served.connect();
    third.send(get("/three"));
    assert!(third.hears_nothing_for(SHORT));
    served.probe.open_gate();
    assert_eq!([one.answer().status, two.answer().status, third.answer().status], [200; 3]);
}

#[test]
fn at_most_half_of_the_connections_may_be_parked() {
    let served = serve(Limits { connections: Some(4), ..limits() });
    let parked = [(); 2].map(|()| {
        let mut client = served.connect();
        client.send(get("/park"));
        assert!(client.hears_nothing_for(SHORT));
        client
    });
    let mut third = served.connect();
    third.send(get("/park"));
    let answer = third.answer();
    assert_eq!((answer.status, answer.header("Retry-After"), answer.closes()), (503, Some("1"), false));
    third.send(get("/else"));
    assert_eq!(third.answer().status, 200);
    served.front.waker().wake(2);
    for mut client in parked {
        assert_eq!(client.answer().body, "Woken ");
    }
    third.send(get("/park"));
    assert!(third.hears_nothing_for(SHORT), "there is room again");
}

#[test]
fn a_client_that_speaks_tls_to_a_plain_port_is_not_kept_waiting() {
    let served = serve(limits());
    let mut client = served.connect();
    client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    assert_eq!(client.rest(), b"");
    assert_eq!(served.probe.calls(), [""; 0]);
}

#[test]
fn when_descriptors_run_out_the_connection_nearest_its_deadline_makes_room() {
    let program = std::env::current_exe().unwrap();
    let run =
        "ulimit -n 60; exec \"$0\" --exact front::lifecycle::serve_until_stdin_closes --ignored --nocapture";
    let mut command = Command::new("sh");
    command.args(["-c", run]).arg(program).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| line.split_once("serving ")?.1.parse().ok()).unwrap();
    let clients: Vec<Client> = (0..80).map(|_| Client::connect(address)).collect();
    let mut last = Client::connect(address);
    last.send(get("/last"));
    assert_eq!(last.answer().status, 200);
    assert!(clients.iter().any(|client| !client.hears_nothing_for(SHORT)), "there were descriptors enough");
    drop(child.stdin.take());
    assert!(wait_for("the server ends", || child.try_wait().unwrap()).success());
}

#[test]
#[ignore = "not a test: the server of the test above, with a limit of its own"]
fn serve_until_stdin_closes() {
    let served = serve(Limits { connections: Some(1000), ..limits() });
    println!("serving {}", served.front.address());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
    served.front.stop();
}

#[test]
fn stopping_closes_idle_connections_ends_parked_requests_and_finishes_those_in_flight() {
    let served = serve(limits());
    let mut idle = served.connect();
    idle.send(get("/idle"));
    idle.answer();
    let [mut parked, mut stubborn, mut in_flight] = [(); 3].map(|()| served.connect());
    parked.send(get("/park"));
    stubborn.send(get("/again"));
    in_flight.send(get("/block"));
    served.probe.wait_for_blocked(1);
    let began = Instant::now();
    while served.probe.calls().len() < 4 {
        assert!(began.elapsed() < PATIENCE);
    }
    let stop = served.front.stop_handle();
    let stopping = std::thread::spawn(move || served.front.wait());
    stop.stop();
    assert_eq!(parked.answer().body, "Stopping ");
    assert_eq!(stubborn.answer().status, 503);
    assert_eq!(idle.rest(), b"");
    assert!(!stopping.is_finished());
    served.probe.open_gate();
    let answer = in_flight.answer();
    assert_eq!((answer.body.as_str(), answer.closes()), ("went through", true));
    stopping.join().unwrap();
    assert!(began.elapsed() < PATIENCE);
}

#[test]
fn a_handler_longer_than_the_grace_does_not_keep_the_server_from_stopping() {
    let served = serve(Limits { grace: SHORT, ..limits() });
    let mut client = served.connect();
    client.send(get("/block"));
    served.probe.wait_for_blocked(1);
    served.front.stop();
    assert_eq!(client.rest(), b"");
    served.probe.open_gate();
}
