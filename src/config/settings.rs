//! The whole configuration.

use std::fmt::Write;

use super::database::Database;
use super::log::Log;
use super::records::{Events, Requests, Webhooks};
use super::scim::Scim;
use super::section::Section;
use super::server::Server;
use super::tenants::{Defaults, Prerequisites};

/// Everything that can be configured, checked; the fields carry the names of the file's sections and keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Where it listens, and how much it takes.
    pub server: Server,
    /// The database file.
    pub database: Database,
    /// The decisions that the RFCs leave to the server.
    pub scim: Scim,
    /// What a new organization starts with.
    pub defaults: Defaults,
    /// What an organization must have before SCIM answers it.
    pub prerequisites: Prerequisites,
    /// The log of IdP requests.
    pub requests: Requests,
    /// The event feed.
    pub events: Events,
    /// Who is told of events.
    pub webhooks: Webhooks,
    /// What the program says about itself.
    pub log: Log,
}

impl Config {
    /// The tables of all sections, in the order of the file.
    pub(super) fn sections(&mut self) -> Vec<Section<'_>> {
        let mut sections = Vec::new();
        sections.extend(self.server.sections());
        sections.push(self.database.section());
        sections.push(self.scim.section());
        sections.extend(self.defaults.sections());
        sections.push(self.prerequisites.section());
        sections.push(self.requests.section());
        sections.push(self.events.section());
        sections.push(self.webhooks.section());
        sections.push(self.log.section());
        sections
    }

    /// The configuration as a file that sets every key. No setting is a secret: keys and certificates are named by
    /// their paths, and a URL with a password is refused when it is read.
    pub fn show(&self) -> String {
        let mut copy = self.clone();
        let mut text = String::new();
        for section in copy.sections() {
            let gap = if text.is_empty() { "" } else { "\n" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{gap}[{}]", section.path);
            for key in section.keys {
                let _ = writeln!(text, "{} = {}", key.name, key.value.show());
            }
        }
        text
    }
}
