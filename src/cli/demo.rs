//! `demo`: a server in memory, a sample directory provisioned into it over HTTP, and what to look at.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::arguments::Demo;
use crate::cli::output::{self, Format, Outcome, Table};
use crate::cli::progress::Progress;
use crate::cli::provision::print_summary;
use crate::model::error::{Error, Result};
use crate::provision::{self, Inputs, Paths, sample};
use crate::testing::Appliance;

/// What the server begins with: somewhere to go for the offices, and a rule for each kind of group.
const SEED: &str = r#"
[[sub_organizations]]
name = "Berlin"
[[sub_organizations]]
name = "Nairobi"
[[sub_organizations]]
name = "Osaka"
[[mapping_rules]]
kind = "prefix"
pattern = "Team "
target_type = "team"
entity_name = "${rest}"
priority = 30
auto_approve = true
[[mapping_rules]]
kind = "prefix"
pattern = "Parallel "
target_type = "concurrency_group"
priority = 20
auto_approve = true
[[mapping_rules]]
kind = "prefix"
pattern = "Office "
target_type = "sub_organization"
entity_name = "${rest}"
priority = 10
auto_approve = true
"#;

const RULE: &str = r#"
name = "User Sync Rule"
user_filter = "Enabled Equals true"
groups = "all"

[attribute_mapping]
active = "Enabled"
familyName = "Family Name"
givenName = "Given Name"
userName = "Email Address"
workEmail = "Email Address"
formattedName = "Formatted"
externalId = "User ID"
"urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:User:OrganizationRole" = "Organization Role"
"#;

pub(super) fn run(demo: &Demo) -> Result<Outcome> {
    let appliance = Appliance::builder().config("[log]\nlevel = \"warn\"\n").seed(SEED).start()?;
    let folder = Folder::new(&appliance)?;
    output::print_text(&format!(
        "A server in memory listens on {}. Now a sample directory is provisioned into it, as PingOne does it.\n\n",
        appliance.test_url()
    ))?;
    let paths = Paths::in_folder(&folder.0);
    let inputs = Inputs::read(&paths).map_err(|refused| Error::internal(refused.0.join("\n")))?;
    let options = provision::Options { state: paths.state, workers: 4, dry_run: None };
    let summary = provision::sync(&inputs, options, &Progress::new()).map_err(Error::internal)?;
    print_summary(&inputs, &summary, Format::Table)?;
    output::print_text(&what_to_look_at(&appliance, &folder)?)?;
    if !demo.exit {
        appliance.run()?;
    }
    Ok(if summary.is_success() { Outcome::Success } else { Outcome::Failure })
}

/// The files of the sample, in a folder that goes with the demo.
struct Folder(PathBuf);

impl Folder {
    fn new(appliance: &Appliance) -> Result<Folder> {
        let folder = std::env::temp_dir().join(format!("rollcall-demo-{}", std::process::id()));
        let unusable = |error: std::io::Error| {
            Error::internal(format!(
                "The folder {} for the sample cannot be made: {error}.",
                folder.display()
            ))
        };
        DirBuilder::new().mode(0o700).create(&folder).map_err(unusable)?;
        let made = Folder(folder.clone());
        let connection = format!(
            "name = \"Demo\"\n\n[authentication]\nscim_base_url = \"{}\"\noauth_access_token = \"{}\"\n\n[preferences]\n\
             user_filter_expression = 'userName eq \"%s\"'\nuser_identifier = \"workEmail\"\ncustom_attribute_schema_urns = \
             [\"urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:User\"]\ngroup_membership_handling = \"Merge\"\n",
            appliance.scim_base_url(),
            appliance.scim_token()
        );
        let files = [
            ("connection.toml", connection),
            ("directory.toml", sample::directory()),
            ("rule.toml", RULE.to_owned()),
        ];
        for (name, text) in files {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(made.0.join(name));
            file.and_then(|mut file| file.write_all(text.trim_start().as_bytes())).map_err(unusable)?;
        }
        Ok(made)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now the system removes with its other temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn what_to_look_at(appliance: &Appliance, folder: &Folder) -> Result<String> {
    let api = format!("{}/organizations/default", appliance.api_url());
    let conflicts = open_conflicts(&api, appliance.api_token())?;
    let user =
        conflicts.first().and_then(|conflict| conflict.pointer("/user/id")?.as_str()).unwrap_or_default();
    let curl = |path: &str| {
        format!("curl -sS -H \"Authorization: Bearer {}\" \"{api}{path}\"", appliance.api_token())
    };
    let fields = Table::of_fields([
        ("SCIM base URL", appliance.scim_base_url().to_owned()),
        ("SCIM token", appliance.scim_token().to_owned()),
        ("Admin page", format!("{} (signs you in, once)", appliance.admin_url())),
        ("Admin API", appliance.api_url().to_owned()),
        ("API token", appliance.api_token().to_owned()),
        ("Directory", folder.path().join("directory.toml").display().to_string()),
    ]);
    Ok(format!(
        "\n{fields}\n{} conflicts wait: people whom two places want that exclude each other. Look, and decide:\n  {}\n\n\
         Why has this person what they have?\n  {}\n\n\
         Change the directory and send what changed:\n  rollcall provision sync {}\n\n\
         Everything ends with Ctrl-C.\n",
        conflicts.len(),
        curl("/conflicts?status=open"),
        curl(&format!("/users/{user}/explain")),
        folder.path().display()
    ))
}

fn open_conflicts(api: &str, token: &str) -> Result<Vec<Value>> {
    let failed =
        |error: ureq::Error| Error::internal(format!("The demo's own server does not answer: {error}."));
    let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
    let request =
        agent.get(format!("{api}/conflicts?status=open")).header("Authorization", format!("Bearer {token}"));
    let list: Value = request.call().map_err(failed)?.body_mut().read_json().map_err(failed)?;
    Ok(list.get("items").and_then(Value::as_array).cloned().unwrap_or_default())
}
