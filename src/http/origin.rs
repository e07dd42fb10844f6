//! Who really sent a request, and over what: the connection's other end, or what a trusted proxy says of its own. Pure.

use std::net::{IpAddr, SocketAddr};

use rouille::Request;

use crate::config::Network;

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The client's address.
    pub client: IpAddr,
    /// Whether the client spoke https, to this server or to a trusted proxy.
    pub https: bool,
    /// Whether the other end of the connection is a trusted proxy.
    pub proxied: bool,
}

impl Origin {
    /// Believes `X-Forwarded-For` and `X-Forwarded-Proto` if `peer`, the other end of the connection, is in `trusted`.
    pub fn of(request: &Request, peer: SocketAddr, trusted: &[Network]) -> Origin {
        let address = peer.ip().to_canonical();
        if !is_in(trusted, address) {
            return Origin { client: address, https: request.is_secure(), proxied: false };
        }
        let client = client(address, &fields(request, "X-Forwarded-For"), trusted);
        // Each proxy says what it was spoken to in; the nearest one is the one that was believed.
        let scheme =
            fields(request, "X-Forwarded-Proto").last().map(|scheme| scheme.eq_ignore_ascii_case("https"));
        Origin { client, https: scheme.unwrap_or(request.is_secure()), proxied: true }
    }
}

/// The rightmost address that no trusted proxy has; each proxy appends whom it was called by, and what stands further
/// left came from outside and may say anything. Where that is no address, it is the proxy that passed it on.
fn client(peer: IpAddr, forwarded: &[&str], trusted: &[Network]) -> IpAddr {
    let mut client = peer;
    for entry in forwarded.iter().rev() {
        let Some(address) = address(entry) else { break };
        client = address;
        if !is_in(trusted, address) {
            break;
        }
    }
    client
}

fn is_in(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

/// The elements of all fields of that name, in order.
fn fields<'r>(request: &'r Request, name: &str) -> Vec<&'r str> {
    request
        .headers()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .flat_map(|(_, value)| value.split(','))
        .map(str::trim)
        .filter(|element| !element.is_empty())
        .collect()
}

/// An address, as some proxies write it also with a port (`192.0.2.1:443`, `[2001:db8::1]:443`) or in brackets alone.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(peer: &str, headers: &[(&str, &str)]) -> Origin {
        let trusted = ["10.0.0.0/8", "127.0.0.1"].map(|network| Network::parse(network).unwrap());
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        Origin::of(&Request::fake_http_from(peer, "GET", "/", headers, Vec::new()), peer, &trusted)
    }

    fn client(peer: &str, forwarded: &str) -> String {
        origin(peer, &[("X-Forwarded-For", forwarded)]).client.to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let forged = [("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Proto", "https")];
        let found = origin("203.0.113.9", &forged);
        assert_eq!(found, Origin { client: "203.0.113.9".parse().unwrap(), https: false, proxied: false });
    }

    #[test]
    fn the_client_is_the_rightmost_address_that_is_no_trusted_proxy() {
        assert_eq!(client("10.0.0.1", "192.0.2.1"), "192.0.2.1");
        assert_eq!(
            client("10.0.0.1", "198.51.100.7, 192.0.2.1, 10.0.0.2"),
            "192.0.2.1",
            "the left is forged"
        );
        assert_eq!(client("::ffff:10.0.0.1", "192.0.2.1"), "192.0.2.1", "an IPv4 proxy on an IPv6 socket");
        let two = [("X-Forwarded-For", "198.51.100.7"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(origin("10.0.0.1", &two).client.to_string(), "192.0.2.1", "two fields are one list");
    }

    #[test]
    fn where_all_are_trusted_the_client_is_the_first_of_them_and_without_any_the_proxy() {
        assert_eq!(client("10.0.0.1", "10.9.9.9, 10.0.0.2"), "10.9.9.9");
        assert_eq!(client("10.0.0.1", ""), "10.0.0.1");
    }

    #[test]
    fn what_is_no_address_ends_the_search_at_the_proxy_that_passed_it_on() {
        assert_eq!(client("10.0.0.1", "192.0.2.1, unknown, 10.0.0.2"), "10.0.0.2");
        assert_eq!(client("10.0.0.1", "<script>"), "10.0.0.1");
    }

    #[test]
    fn a_port_behind_the_address_is_left_out() {
        for (written, expected) in [
            ("192.0.2.1:443", "192.0.2.1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(client("10.0.0.1", written), expected, "{written}");
        }
    }

    #[test]
    fn a_trusted_proxy_says_what_the_client_spoke() {
        let spoken = |scheme| origin("127.0.0.1", &[("X-Forwarded-Proto", scheme)]).https;
        assert!(spoken("https") && spoken("HTTPS") && spoken("http, https"));
        assert!(!spoken("http") && !spoken("https, http") && !spoken(""));
    }
}
