//! From a URL's host to addresses that may be called. What this gives is what is dialled: nothing looks the name up a
//! second time, so that no answer of a name server can change in between.

use std::fmt;
use std::net::SocketAddr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::config::AddressPolicy;

/// A resolver that gives only the addresses that `addresses` lets be called.
#[derive(Debug)]
pub(super) struct Guarded<R = DefaultResolver> {
    addresses: AddressPolicy,
    inner: R,
}

/// None of a host's addresses may be called: why the first one may not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) &'static str);

impl Guarded {
    /// Over the system's resolver.
    pub(super) fn new(addresses: AddressPolicy) -> Guarded {
        Guarded { addresses, inner: DefaultResolver::default() }
    }
}

impl<R: Resolver> Resolver for Guarded<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let secure = uri.scheme_str() == Some("https");
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        let mut refused = None;
        for address in found.iter() {
            match self.addresses.refusal(address.ip(), secure) {
                None => allowed.push(canonical(*address)),
                Some(reason) => {
                    log::debug!(
                        "webhooks: {} at {} is not called: it is {reason}",
                        uri.host().unwrap_or(""),
                        address.ip()
                    );
                    refused = refused.or(Some(Refused(reason)));
                }
            }
        }
        match refused {
            Some(refused) if allowed.is_empty() => Err(ureq::Error::Other(Box::new(refused))),
            Some(_) | None => Ok(allowed),
        }
    }
}

/// What was judged is what is dialled: `::ffff:192.0.2.1` was judged as 192.0.2.1.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "The host's address must not be called: it is {}. The server's operator can allow it in [webhooks] allow.",
            self.0
        )
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::config::Webhooks;

    /// A name server that answers what it is told to.
    #[derive(Debug)]
    struct Says(Vec<IpAddr>);

    impl Resolver for Says {
        fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let mut found = self.empty();
            self.0.iter().for_each(|address| found.push(SocketAddr::new(*address, 443)));
            Ok(found)
        }
    }

    fn resolve(url: &str, answers: &[&str]) -> Result<Vec<String>, String> {
        let inner = Says(answers.iter().map(|text| text.parse().unwrap()).collect());
        let guarded = Guarded { addresses: AddressPolicy::of(&Webhooks::default()), inner };
        let uri: Uri = url.parse().unwrap();
        let found = guarded.resolve(&uri, &Config::default(), NextTimeout::default());
        found
            .map(|found| found.iter().map(|address| address.to_string()).collect())
            .map_err(|e| e.to_string())
    }

    #[test]
    fn a_name_that_resolves_to_what_is_not_public_is_refused_with_the_reason() {
        for (answer, reason) in [
            ("127.0.0.1", "loopback"),
            ("10.0.0.1", "private"),
            ("169.254.169.254", "link-local"),
            ("::ffff:192.168.0.1", "private"),
            ("64:ff9b::7f00:1", "loopback"),
            ("fd00::1", "unique local"),
        ] {
            let refusal = resolve("https://hooks.example.com/", &[answer]).unwrap_err();
            assert!(refusal.contains(reason), "{answer}: {refusal}");
        }
    }

    #[test]
    fn of_several_answers_only_the_public_ones_are_dialled() {
        let found = resolve("https://hooks.example.com/", &["10.0.0.1", "8.8.8.8", "::ffff:8.8.4.4", "::1"]);
        assert_eq!(found.unwrap(), ["8.8.8.8:443", "8.8.4.4:443"]);
    }

    #[test]
    fn plain_http_reaches_nothing_public() {
        let refusal = resolve("http://hooks.example.com/", &["8.8.8.8"]).unwrap_err();
        assert!(refusal.contains("https"), "{refusal}");
    }
}
