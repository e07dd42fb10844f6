//! Which addresses this program may call because a person outside asked it to: what is on the public internet, and what
//! `[webhooks] allow` names. Everything else could be a service that trusts its network (server-side request forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::network::Network;
use super::records::Webhooks;

/// A decision for each address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressPolicy {
    allow: Vec<Network>,
    public: bool,
}

/// IPv4 networks that are not on the public internet (the registry of special purposes, RFC 6890, and multicast).
const SPECIAL_V4: [(Ipv4Addr, u32, &str); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "a \"this network\" address"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private address"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "a carrier's shared address"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "a loopback address"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "a link-local address"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private address"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "an address for protocols"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "a documentation address"),
    (Ipv4Addr::new(192, 31, 196, 0), 24, "an address for protocols"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a 6to4 relay address"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private address"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "a benchmarking address"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "a documentation address"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "a documentation address"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "a multicast address"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "a reserved address"),
];

/// The same for IPv6; what is in none of these and not in 2000::/3 is not public either.
const SPECIAL_V6: [(Ipv6Addr, u32, &str); 9] = [
    (Ipv6Addr::LOCALHOST, 128, "a loopback address"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "a unique local address"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "a link-local address"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "a multicast address"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "an address for protocols"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "a documentation address"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "a 6to4 address"),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48, "an address for protocols"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "a documentation address"),
];

/// What translators (NAT64, RFC 6052) turn into an IPv4 address: its last 32 bits.
const TRANSLATED: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);
/// Where all of the public IPv6 internet is.
const GLOBAL: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

impl AddressPolicy {
    /// What this configuration lets be called.
    pub fn of(webhooks: &Webhooks) -> AddressPolicy {
        AddressPolicy { allow: webhooks.allow.clone(), public: webhooks.public }
    }

    /// Why `address` may not be called, as words that follow "it is"; `None` if it may. Without TLS only what is
    /// allowed by name may be called.
    pub fn refusal(&self, address: IpAddr, secure: bool) -> Option<&'static str> {
        if self.allow.iter().any(|network| network.contains(address)) {
            return None;
        }
        special(address)
            .or_else(|| (!self.public).then_some("an address outside of this machine"))
            .or_else(|| (!secure).then_some("a public address, which is called by https only"))
    }

    /// Whether http can reach anything at all.
    pub fn allows_any(&self) -> bool {
        !self.allow.is_empty()
    }
}

/// What keeps an address from being on the public internet.
fn special(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(four) => special_v4(four),
        IpAddr::V6(six) => special_v6(six),
    }
}

fn special_v4(four: Ipv4Addr) -> Option<&'static str> {
    let within = |network: Ipv4Addr, prefix: u32| (four.to_bits() ^ network.to_bits()) >> (32 - prefix) == 0;
    SPECIAL_V4.iter().find(|(network, prefix, _)| within(*network, *prefix)).map(|(_, _, name)| *name)
}

fn special_v6(six: Ipv6Addr) -> Option<&'static str> {
    let within = |network: Ipv6Addr, prefix: u32| (six.to_bits() ^ network.to_bits()) >> (128 - prefix) == 0;
    if within(TRANSLATED.0, TRANSLATED.1) {
        let [.., a, b, c, d] = six.octets();
        return special_v4(Ipv4Addr::new(a, b, c, d));
    }
    let named = SPECIAL_V6.iter().find(|(network, prefix, _)| within(*network, *prefix));
    let elsewhere = (!within(GLOBAL.0, GLOBAL.1)).then_some("not an address of the public internet");
    named.map(|(_, _, name)| *name).or(elsewhere)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(allow: &[&str]) -> AddressPolicy {
        let allow = allow.iter().map(|text| Network::parse(text).unwrap()).collect();
        AddressPolicy { allow, public: true }
    }

    #[test]
    fn what_is_not_public_is_refused_in_every_form() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::808:808",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert!(policy(&[]).refusal(address, true).is_some(), "{address}");
        }
    }

    #[test]
    fn the_public_internet_is_called_by_https_only() {
        for address in [
            "8.8.8.8",
            "100.63.255.255",
            "172.32.0.1",
            "2606:4700::1111",
            "64:ff9b::808:808",
            "::ffff:8.8.8.8",
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(policy(&[]).refusal(address, true), None, "{address}");
            assert!(policy(&[]).refusal(address, false).is_some(), "{address}");
        }
    }

    #[test]
    fn what_is_allowed_by_name_is_called_with_and_without_tls() {
        let own = policy(&["10.0.0.0/8", "::1"]);
        for (address, allowed) in
            [("10.9.9.9", true), ("::ffff:10.9.9.9", true), ("::1", true), ("127.0.0.1", false)]
        {
            let address: IpAddr = address.parse().unwrap();
            for secure in [true, false] {
                assert_eq!(own.refusal(address, secure).is_none(), allowed, "{address}");
            }
        }
    }

    #[test]
    fn without_the_public_internet_only_what_is_allowed_remains() {
        let inside = AddressPolicy { public: false, ..policy(&["127.0.0.0/8"]) };
        assert_eq!(inside.refusal("127.0.0.1".parse().unwrap(), false), None);
        assert!(inside.refusal("8.8.8.8".parse().unwrap(), true).is_some());
    }
}
