//! `[requests]`, `[events]` and `[webhooks]`: what is kept of what happened, and who is told.

use super::network::Network;
use super::section::{Section, key};
use super::value::{Flag, Lines, Number, NumberOrZero};

/// `[requests]`: the log of IdP requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Requests {
    /// Whether requests are logged at all.
    pub enabled: bool,
    /// Days that a request is kept; `None`: until the size limit.
    pub keep_days: Option<u32>,
    /// Megabytes (of 1,000,000 bytes) that the log may take; `None`: no limit.
    pub keep_megabytes: Option<u32>,
    /// Whether an organization may switch the recording of bodies on, for a time.
    pub record_bodies: bool,
}

/// `[events]`: the event feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    /// Days that an event is kept; `None`: for ever.
    pub keep_days: Option<u32>,
}

/// `[webhooks]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhooks {
    /// Addresses that may be called although they are loopback, private, link-local and the like.
    pub allow: Vec<Network>,
    /// Days of failure after which an endpoint is disabled.
    pub give_up_days: u32,
    /// Whether anything else may be called at all; no key, but how ephemeral mode stays on its machine.
    pub public: bool,
}

impl Webhooks {
    /// Those of ephemeral mode: loopback, and nothing beyond.
    pub(super) fn inside() -> Webhooks {
        let allow = ["127.0.0.0/8", "::1"].into_iter().filter_map(Network::parse).collect();
        Webhooks { allow, public: false, ..Webhooks::default() }
    }
}

impl Default for Requests {
    fn default() -> Requests {
        Requests { enabled: true, keep_days: Some(30), keep_megabytes: Some(1000), record_bodies: true }
    }
}

impl Default for Events {
    fn default() -> Events {
        Events { keep_days: Some(90) }
    }
}

impl Default for Webhooks {
    fn default() -> Webhooks {
        Webhooks { allow: Vec::new(), give_up_days: 5, public: true }
    }
}

/// A hundred years: longer is a slip.
const MOST_DAYS: u32 = 36_500;

impl Requests {
    pub(super) fn section(&mut self) -> Section<'_> {
        let days = NumberOrZero { place: &mut self.keep_days, most: MOST_DAYS, zero: "no limit of age" };
        let size =
            NumberOrZero { place: &mut self.keep_megabytes, most: 10_000_000, zero: "no limit of size" };
        let keys = vec![
            key("enabled", Flag(&mut self.enabled)),
            key("keep_days", days),
            key("keep_megabytes", size),
            key("record_bodies", Flag(&mut self.record_bodies)),
        ];
        Section { path: "requests", keys }
    }
}

impl Events {
    pub(super) fn section(&mut self) -> Section<'_> {
        let days = NumberOrZero { place: &mut self.keep_days, most: MOST_DAYS, zero: "no limit of age" };
        Section { path: "events", keys: vec![key("keep_days", days)] }
    }
}

impl Webhooks {
    pub(super) fn section(&mut self) -> Section<'_> {
        let keys = vec![
            key("allow", Lines(&mut self.allow)),
            key("give_up_days", Number(&mut self.give_up_days, 1..=365)),
        ];
        Section { path: "webhooks", keys }
    }
}
