//! HTTP, by ureq; https by rustls.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, Response, header};
use ureq::{Agent, Body, Error, Timeout};

use super::exchange::{Answer, Exchange, Lost, Method, Request};
use crate::model::retry_after::retry_after;
use crate::provision::files::Connection;

const MEDIA_TYPE: &str = "application/scim+json";
/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);
/// The largest body that is read: a group of a hundred thousand members is about ten megabytes.
const LARGEST: u64 = 64 << 20;

/// How it shows that there was no connection.
const NOT_CONNECTED: [ErrorKind; 3] =
    [ErrorKind::ConnectionRefused, ErrorKind::HostUnreachable, ErrorKind::NetworkUnreachable];

/// The target of a connection.
pub(in crate::provision) struct Web {
    agent: Agent,
    base_url: String,
    authorization: Option<String>,
}

impl Web {
    /// A way to the target with as many connections as there are workers.
    pub(in crate::provision) fn new(connection: &Connection, workers: usize) -> Web {
        let builder = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect could carry the token to somebody else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("rollcall-provision/", env!("CARGO_PKG_VERSION")))
            .accept(format!("{MEDIA_TYPE}, application/json"))
            .timeout_global(Some(TIMEOUT))
            .timeout_connect(Some(CONNECT))
            .max_idle_connections(workers + 1)
            .max_idle_connections_per_host(workers + 1);
        let is_plain = connection.base_url.starts_with("http:");
        // A proxy for everybody's http is not meant for a server on this machine.
        let config = if is_plain { builder.proxy(None).build() } else { builder.build() };
        Web {
            agent: config.new_agent(),
            base_url: connection.base_url.clone(),
            authorization: connection.authorization.as_ref().map(|header| header.0.clone()),
        }
    }

    fn send(&self, request: &Request) -> Result<Response<Body>, Error> {
        let url = format!("{}{}", self.base_url, request.target);
        let body = request.body.as_ref().map(|body| serde_json::to_string(body).unwrap_or_default());
        let with_body = |builder: ureq::RequestBuilder<ureq::typestate::WithBody>| {
            let builder = match &self.authorization {
                Some(value) => builder.header(header::AUTHORIZATION, value),
                None => builder,
            };
            builder.header(header::CONTENT_TYPE, MEDIA_TYPE).send(body.unwrap_or_default())
        };
        let without_body = |builder: ureq::RequestBuilder<ureq::typestate::WithoutBody>| {
            match &self.authorization {
                Some(value) => builder.header(header::AUTHORIZATION, value),
                None => builder,
            }
            .call()
        };
        match request.method {
            Method::Get => without_body(self.agent.get(url)),
            Method::Delete => without_body(self.agent.delete(url)),
            Method::Post => with_body(self.agent.post(url)),
            Method::Put => with_body(self.agent.put(url)),
        }
    }
}

impl Exchange for Web {
    fn exchange(&self, request: &Request) -> Result<Answer, Lost> {
        let mut response = self.send(request).map_err(lost)?;
        let status = response.status().as_u16();
        let retry_after = header_text(response.headers(), header::RETRY_AFTER.as_str())
            .and_then(|value| retry_after(value, header_text(response.headers(), header::DATE.as_str())));
        let text = response
            .body_mut()
            .with_config()
            .limit(LARGEST)
            .lossy_utf8(true)
            .read_to_string()
            .map_err(lost)?;
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status, retry_after, json })
    }
}

fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What an error says about the request: before there was a connection nothing was sent.
fn lost(error: Error) -> Lost {
    let reason = error.to_string();
    match &error {
        Error::BadUri(_) | Error::Tls(_) | Error::Rustls(_) => Lost::Hopeless(reason),
        Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
            Lost::Hopeless(reason)
        }
        Error::Io(error) if NOT_CONNECTED.contains(&error.kind()) => Lost::NotSent(reason),
        Error::HostNotFound | Error::ConnectionFailed => Lost::NotSent(reason),
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => Lost::NotSent(reason),
        _ => Lost::Unknown(reason),
    }
}
