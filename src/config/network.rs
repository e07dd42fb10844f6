//! Networks in CIDR notation, and single addresses, which are networks of one.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::value::Text;

/// A range of addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `10.0.0.0/8`, `fd00::/8` or one address. `None` for anything else, also when bits behind the prefix are
    /// set (`10.0.0.1/8`): whoever wrote that meant another network.
    pub fn parse(text: &str) -> Option<Network> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u8 = match prefix {
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
            None => width,
        };
        let rest = if address.is_ipv4() { bits(address) & u128::from(u32::MAX) } else { bits(address) };
        let clean = prefix <= width && rest & host_mask(width - prefix) == 0;
        clean.then_some(Network { address, prefix })
    }

    /// Whether `address` is in it. An IPv4 address that arrives as `::ffff:192.0.2.1` is that IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (own, other) = (self.address, address.to_canonical());
        let width = if own.is_ipv4() { 32 } else { 128 };
        let free = width - self.prefix;
        own.is_ipv4() == other.is_ipv4() && (bits(own) ^ bits(other)) & !host_mask(free) == 0
    }
}

/// The address as a number, IPv4 in its mapped form.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => four.to_ipv6_mapped().to_bits(),
        IpAddr::V6(six) => Ipv6Addr::to_bits(six),
    }
}

/// A number with the lowest `free` bits set.
fn host_mask(free: u8) -> u128 {
    1_u128.checked_shl(u32::from(free)).map_or(u128::MAX, |bit| bit - 1)
}

impl fmt::Display for Network {
    /// `10.0.0.0/8`; a network of one address is that address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.address.is_ipv4() { 32 } else { 128 };
        match self.prefix {
            prefix if prefix == whole => write!(f, "{}", self.address),
            prefix => write!(f, "{}/{prefix}", self.address),
        }
    }
}

impl Text for Network {
    const EXPECTED: &'static str = "an address such as \"192.0.2.7\" or a network such as \"10.0.0.0/8\" with no bit set behind its prefix";

    fn read(text: &str) -> Option<Network> {
        Network::parse(text)
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(network: &str, address: &str) -> bool {
        Network::parse(network).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_the_addresses_that_begin_with_its_bits() {
        assert!(has("10.0.0.0/8", "10.255.0.1") && !has("10.0.0.0/8", "11.0.0.0"));
        assert!(has("192.0.2.128/25", "192.0.2.128") && !has("192.0.2.128/25", "192.0.2.127"));
        assert!(has("fd00::/8", "fdff::1") && !has("fd00::/8", "fe80::1"));
        assert!(has("0.0.0.0/0", "203.0.113.9") && !has("0.0.0.0/0", "::1"), "families stay apart");
        assert!(has("::/0", "2001:db8::1") && !has("::/0", "203.0.113.9"));
    }

    #[test]
    fn one_address_is_a_network_of_one() {
        assert!(has("192.0.2.7", "192.0.2.7") && !has("192.0.2.7", "192.0.2.8"));
        assert!(has("::1", "::1") && !has("::1", "::2"));
    }

    #[test]
    fn an_ipv4_address_on_an_ipv6_socket_is_that_ipv4_address() {
        assert!(has("192.0.2.0/24", "::ffff:192.0.2.7"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in
            ["", "10.0.0.0/33", "::/129", "10.0.0.1/8", "fd00::1/8", "10.0.0.0/+8", "10.0.0.0/", "localhost"]
        {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_network_prints_as_it_is_written() {
        for text in ["10.0.0.0/8", "192.0.2.7", "fd00::/8", "::1", "0.0.0.0/0"] {
            assert_eq!(Network::parse(text).unwrap().to_string(), text);
        }
    }
}
