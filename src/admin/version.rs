//! Versions of what can be edited, and changes on condition (RFC 9110 §8.8.3 and §13.1.1).
//!
//! A version is the state that an administrator edits, not what follows from others' doings: who is put into a team does
//! not get in the way of who renames it. Tags are therefore weak, and compared weakly, as on the SCIM side.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::directory::{entity_json, mapping_json, organization_json, rule_json};
use crate::model::call::Call;
use crate::model::entity::Entity;
use crate::model::error::{Error, Kind, Result};
use crate::model::mapping::Mapping;
use crate::model::organization::Organization;
use crate::model::rule::Rule;

/// How many bytes of a hash tell versions apart.
const BYTES: usize = 8;

/// What has versions.
pub(super) trait Versioned {
    /// What is edited of it.
    fn edited(&self) -> Value;

    /// Its `ETag`.
    fn etag(&self) -> String {
        let digest = Sha256::digest(self.edited().to_string().as_bytes());
        let digits: String = digest.iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect();
        format!("W/\"{digits}\"")
    }
}

impl Versioned for Organization {
    fn edited(&self) -> Value {
        organization_json(self)
    }
}

impl Versioned for Rule {
    fn edited(&self) -> Value {
        rule_json(self)
    }
}

impl Versioned for Entity {
    fn edited(&self) -> Value {
        entity_json(self)
    }
}

impl Versioned for Mapping {
    fn edited(&self) -> Value {
        mapping_json(self, json!(self.group.0), json!(self.status.entity().map(|entity| entity.0)))
    }
}

/// The versions that `If-Match` allows a change of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition(Option<String>);

impl Condition {
    /// Reads the header field.
    ///
    /// # Errors
    /// `InvalidValue` where it is neither `*` nor a list of tags in quotes.
    pub(super) fn of(call: &Call) -> Result<Condition> {
        let written = call.header("if-match");
        match written.as_deref() {
            Some(text) if text.trim() != "*" && !text.split(',').all(is_tag) => Err(Error::invalid_value(
                "If-Match: a version in quotes is expected, such as the ETag of an earlier answer, or *.",
            )
            .at("If-Match")),
            Some(_) | None => Ok(Condition(written)),
        }
    }

    /// Refuses a change of another version. To be asked in the transaction of the change.
    ///
    /// # Errors
    /// `PreconditionFailed` naming the present version.
    pub(super) fn check(&self, present: &impl Versioned) -> Result<()> {
        let Some(written) = &self.0 else { return Ok(()) };
        let present = present.etag();
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        if written.trim() == "*" || written.split(',').any(|tag| opaque(tag) == opaque(&present)) {
            return Ok(());
        }
        Err(Error::new(
            Kind::PreconditionFailed,
            format!(
                "If-Match: the version is {present} now, and the request is for {written}. Read it again and repeat the change."
            ),
        ))
    }
}

fn is_tag(text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix("W/").unwrap_or(text);
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).is_some_and(|tag| !tag.contains('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::fixture::World;

    #[test]
    fn a_condition_holds_for_its_version_for_any_and_where_there_is_none() {
        let organization = World::new().organization;
        let tag = organization.etag();
        let check = |written: &str| Condition(Some(written.to_owned())).check(&organization);
        assert!(Condition(None).check(&organization).is_ok());
        for fits in [&tag, "*", &format!("\"x\", {tag}"), tag.trim_start_matches("W/")] {
            assert!(check(fits).is_ok(), "{fits}");
        }
        for (written, is_one) in [("W/\"a\"", true), ("\"\"", true), ("", false), ("a", false), ("\"", false)]
        {
            assert_eq!(is_tag(written), is_one, "{written}");
        }
        let refused = check("W/\"x\"").unwrap_err();
        assert_eq!(refused.kind, Kind::PreconditionFailed);
        assert!(refused.detail.contains(&tag), "{refused}");
    }
}
