//! Where nothing may arrive. The tables of addresses and what a name server answers are tested beside the code.

use std::process::Command;

use serde_json::{Value, json};

use super::{path_of, wait_for_delivery};
use crate::common::{DurableServer, Receiver, Server, Tenant, assert_contains, wait_for};

/// An endpoint that the event of its own making is not sent to.
#[track_caller]
fn at(tenant: &Tenant, url: &str) -> Value {
    tenant.api.post("/webhooks", json!({"url": url, "types": ["user.*"]})).expect(201).json
}

#[test]
fn loopback_is_not_called_unless_the_configuration_allows_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let receiver = Receiver::start();
    let port = receiver.port();
    for host in
        ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
    {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/hook");
            let problem = server.api.post("/webhooks", json!({"url": url})).expect_problem(400);
            assert_eq!(problem["field"], "url", "{url}");
        }
    }
    // A name is looked up when it is called; nobody knows before what it will be.
    let url = format!("https://localhost:{port}/hook");
    let path = path_of(&at(&server, &url));
    server.api.post(format!("{path}/test"), json!({})).expect(202);
    let delivery = wait_for_delivery(&server, &path, "failed");
    assert_contains(&delivery, &json!({"response_status": null, "error": "*loopback*"}));
    assert_eq!(receiver.count(), 0);
}

#[test]
fn an_allowed_network_is_called_and_its_neighbour_is_not() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "[webhooks]\nallow = [\"127.0.0.1\"]\n").unwrap();
    let server = DurableServer::start(folder.path());
    let receiver = Receiver::start();
    let neighbour = format!("http://127.0.0.2:{}/hook", receiver.port());
    server.api.post("/webhooks", json!({"url": neighbour})).expect_problem(400);
    let path = path_of(&at(&server, &receiver.url()));
    server.api.post(format!("{path}/test"), json!({})).expect(202);
    receiver.wait_for(1);
}

#[test]
fn in_a_hermetic_test_loopback_is_called_and_nothing_beyond_it_whatever_the_configuration_says() {
    let server = Server::start_with("[webhooks]\nallow = [\"10.0.0.0/8\"]\n");
    for url in ["https://8.8.8.8/", "http://10.0.0.1/", "https://[2606:4700::1111]/"] {
        let problem = server.api.post("/webhooks", json!({"url": url})).expect_problem(400);
        assert_eq!(problem["field"], "url", "{url}");
    }
    let receiver = Receiver::start();
    let url = format!("http://localhost:{}/hook", receiver.port());
    let path = path_of(&at(&server, &url));
    server.api.post(format!("{path}/test"), json!({})).expect(202);
    receiver.wait_for(1);
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    super::allow_loopback(folder.path());
    let (proxy, receiver) = (Receiver::start(), Receiver::start());
    let server = DurableServer::start_with_variables(
        folder.path(),
        &[("HTTP_PROXY", &proxy.url()), ("http_proxy", &proxy.url()), ("ALL_PROXY", &proxy.url())],
    );
    let path = path_of(&at(&server, &receiver.url()));
    server.api.post(format!("{path}/test"), json!({})).expect(202);
    receiver.wait_for(1);
    assert_eq!(proxy.count(), 0);
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    super::allow_loopback(folder.path());
    let server = DurableServer::start(folder.path());
    let port = tls_server();
    let url = format!("https://127.0.0.1:{port}/hook");
    let path = path_of(&at(&server, &url));
    server.api.post(format!("{path}/test"), json!({})).expect(202);
    let delivery = wait_for_delivery(&server, &path, "failed");
    assert_contains(&delivery, &json!({"response_status": null, "error": "*certificate*"}));
}

/// A TLS server with a certificate of its own making; gives its port.
fn tls_server() -> u16 {
    use std::sync::Arc;
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .unwrap();
    let config = Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut session = rustls::ServerConnection::new(config.clone()).unwrap();
            while session.is_handshaking() && session.complete_io(&mut stream).is_ok() {}
        }
    });
    port
}

#[test]
fn the_secret_is_in_no_log_and_the_database_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[webhooks]\nallow = [\"127.0.0.0/8\"]\n[log]\nlevel = \"trace\"\n";
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let mut server = DurableServer::start(folder.path());
    let receiver = Receiver::start();
    let webhook = server.api.post("/webhooks", json!({"url": receiver.url()})).expect(201).json;
    receiver.wait_for(1);
    wait_for("it is logged", || server.log().contains("/webhooks").then_some(()));
    let secret = webhook["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap().to_owned();
    assert!(!server.log().contains(&secret));
    let mode = Command::new("stat").args(["-c", "%a"]).arg(server.database()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&mode.stdout).trim(), "600");
}
