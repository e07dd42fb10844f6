//! `systemd-unit`: a unit for this binary and this configuration, confined to what the server needs.

use std::path::{Path, PathBuf};

use crate::cli::arguments::{Common, SystemdUnit};
use crate::cli::output::{self, Outcome};
use crate::config::Config;
use crate::model::error::{Error, Result};

pub(super) fn run(options: &SystemdUnit, common: &Common) -> Result<Outcome> {
    let config = Config::load(common.config.as_deref())?;
    let binary = std::env::current_exe()
        .map_err(|error| Error::internal(format!("Where this program is cannot be found out: {error}.")))?;
    let file = match &common.config {
        Some(file) => Some(absolute(file)?),
        None => None,
    };
    let database = absolute(&config.database.path)?;
    output::print_text(&unit(
        &options.user,
        &binary,
        file.as_deref(),
        &database,
        config.server.listen.port(),
    ))?;
    Ok(Outcome::Success)
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| {
        Error::internal(format!("{}: its place cannot be found out: {error}.", path.display()))
    })
}

/// What `ProtectHome=yes` hides.
const HOMES: [&str; 3] = ["/home", "/root", "/run/user"];

fn unit(user: &str, binary: &Path, config: Option<&Path>, database: &Path, port: u16) -> String {
    let folder = database.parent().unwrap_or(Path::new("/"));
    let config = config.map(|file| format!(" --config {}", quoted(file))).unwrap_or_default();
    // Ports below 1024 are for those who have the capability.
    let capability = if port < 1024 { "CAP_NET_BIND_SERVICE" } else { "" };
    let in_a_home = |path: &Path| HOMES.iter().any(|home| path.starts_with(home));
    let home = if in_a_home(folder) || in_a_home(binary) { "no" } else { "yes" };
    format!(
        "[Unit]
Description=Rollcall, SCIM 2.0 provisioning
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
ExecStart={binary}{config} serve
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=2
TimeoutStopSec=30
User={user}
WorkingDirectory={folder}
ReadWritePaths={folder}
UMask=0077
LimitNOFILE=65536
AmbientCapabilities={capability}
CapabilityBoundingSet={capability}
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources

[Install]
WantedBy=multi-user.target
",
        binary = quoted(binary),
        folder = specifiers(&folder.display().to_string()),
    )
}

/// A path as one word of a command line of systemd's.
fn quoted(path: &Path) -> String {
    let text =
        specifiers(&path.display().to_string()).replace('\\', "\\\\").replace('"', "\\\"").replace('$', "$$");
    if text.contains([' ', '\t', '"', '\'', ';']) { format!("\"{text}\"") } else { text }
}

/// `%` begins a specifier.
fn specifiers(text: &str) -> String {
    text.replace('%', "%%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_names_the_binary_the_configuration_and_where_it_may_write() {
        let unit = unit(
            "rc",
            Path::new("/opt/roll call/rollcall"),
            Some(Path::new("/etc/50%.toml")),
            Path::new("/var/lib/rollcall/r.db"),
            8080,
        );
        for line in [
            "ExecStart=\"/opt/roll call/rollcall\" --config /etc/50%%.toml serve",
            "User=rc",
            "ReadWritePaths=/var/lib/rollcall",
            "CapabilityBoundingSet=",
        ] {
            assert!(unit.lines().any(|found| found == line), "{line}\n{unit}");
        }
    }

    #[test]
    fn homes_are_hidden_unless_the_server_lives_in_one() {
        let with = |database: &str| unit("rc", Path::new("/b"), None, Path::new(database), 1);
        assert!(with("/var/lib/r.db").contains("ProtectHome=yes\n"));
        assert!(with("/home/rc/r.db").contains("ProtectHome=no\n"));
    }

    #[test]
    fn only_a_low_port_gets_the_capability_to_bind_it() {
        let at = |port| unit("rc", Path::new("/b"), None, Path::new("/d/r.db"), port);
        assert!(at(443).contains("AmbientCapabilities=CAP_NET_BIND_SERVICE\n"));
        assert!(!at(8443).contains("CAP_NET_BIND_SERVICE"));
    }
}
