//! Attribute names as clients write them → entries of the tables (RFC 7644 §3.10). Filters, PATCH paths, sorting and
//! projection all resolve names here.

use super::schemas::{ResourceKind, Schemas, Shape};
use crate::model::attribute::Attribute;
use crate::model::error::{Error, Result};
use crate::scim::deviations::{Deviation, Notes, Tolerance};

/// What an attribute name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved<'a> {
    /// The URN of the extension that declares the attribute, in the letter case of the schema; none for common and core
    /// attributes.
    pub extension: Option<&'a str>,
    /// The attribute; for an extension's URN alone, the extension as a complex attribute.
    pub attribute: &'a Attribute,
    /// The sub-attribute, where one is named.
    pub sub: Option<&'a Attribute>,
    /// Where the value is in a resource's JSON, in the letter case of the schema.
    pub path: Vec<&'a str>,
    /// The tolerance without which the name would mean nothing.
    pub deviation: Option<Deviation>,
}

impl<'a> Resolved<'a> {
    /// The sub-attribute where one is named, else the attribute.
    pub fn leaf(&self) -> &'a Attribute {
        self.sub.unwrap_or(self.attribute)
    }

    /// The same, when the deviation that it needs is granted; it is noted.
    ///
    /// # Errors
    /// `refusal`, under strict.
    pub fn granted(
        self,
        tolerance: Tolerance,
        notes: &mut Notes,
        refusal: impl FnOnce() -> Error,
    ) -> Result<Resolved<'a>> {
        if let Some(deviation) = self.deviation {
            tolerance.grant(deviation, notes, refusal)?;
        }
        Ok(self)
    }
}

/// Names that no schema declares and IdPs filter by (spec/scim.md, Filters).
const ALIASES: &[(&str, &str)] = &[("email", "emails.value"), ("email.value", "emails.value")];

impl Schemas {
    /// What `text` names in a resource of `kind`: `attr`, `attr.sub`, `urn:attr`, `urn:attr.sub`, an extension's URN, or
    /// an extension's attribute without its URN where no core attribute has that name; all compared without case.
    ///
    /// Also the aliases of `emails.value` and a dot after a URN, each marked as a deviation that is still to be granted.
    /// `None` when no schema declares it.
    pub fn resolve<'a>(&'a self, kind: ResourceKind, text: &str) -> Option<Resolved<'a>> {
        let shape = self.shape(kind);
        if text.contains(':') {
            return self.resolve_qualified(shape, text);
        }
        resolve_in_core(shape, text).or_else(|| resolve_in_extensions(shape, text)).or_else(|| {
            let (_, target) = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(text))?;
            let resolved = resolve_in_core(shape, target)?;
            Some(Resolved { deviation: Some(Deviation::EmailAlias), ..resolved })
        })
    }

    fn resolve_qualified<'a>(&'a self, shape: &'a Shape, text: &str) -> Option<Resolved<'a>> {
        if let Some((_, rest)) = split_urn(shape.urn, text) {
            return resolve_in_core(shape, rest);
        }
        if let Some(extension) = shape.extension(text) {
            let path = vec![extension.name.as_ref()];
            return Some(Resolved {
                attribute: extension,
                sub: None,
                path,
                extension: Some(&extension.name),
                deviation: None,
            });
        }
        shape.extensions.iter().find_map(|extension| {
            let (separator, rest) = split_urn(&extension.name, text)?;
            let resolved = resolve_in_extension(extension, rest)?;
            let deviation = (separator != ':').then_some(Deviation::DotAfterUrn);
            Some(Resolved { deviation, ..resolved })
        })
    }
}

/// The separator and what follows it, when `text` is `urn`, a colon or a dot, and more.
fn split_urn<'t>(urn: &str, text: &'t str) -> Option<(char, &'t str)> {
    let (head, rest) = text.split_at_checked(urn.len())?;
    let separator = rest.chars().next().filter(|c| matches!(c, ':' | '.'))?;
    let rest = rest.get(1..)?;
    head.eq_ignore_ascii_case(urn).then_some((separator, rest))
}

fn resolve_in_core<'a>(shape: &'a Shape, text: &str) -> Option<Resolved<'a>> {
    let (attribute, sub) = lookup(&shape.attributes, text)?;
    let path = std::iter::once(attribute).chain(sub).map(|a| a.name.as_ref()).collect();
    Some(Resolved { extension: None, attribute, sub, path, deviation: None })
}

fn resolve_in_extensions<'a>(shape: &'a Shape, text: &str) -> Option<Resolved<'a>> {
    shape.extensions.iter().find_map(|extension| resolve_in_extension(extension, text))
}

fn resolve_in_extension<'a>(extension: &'a Attribute, text: &str) -> Option<Resolved<'a>> {
    let (attribute, sub) = lookup(&extension.sub_attributes, text)?;
    let path = [extension, attribute].into_iter().chain(sub).map(|a| a.name.as_ref()).collect();
    Some(Resolved { extension: Some(&extension.name), attribute, sub, path, deviation: None })
}

/// Finds `attr` or `attr.sub` in a table.
fn lookup<'a>(table: &'a [Attribute], text: &str) -> Option<(&'a Attribute, Option<&'a Attribute>)> {
    let (name, sub) = match text.split_once('.') {
        Some((name, sub)) => (name, Some(sub)),
        None => (text, None),
    };
    let attribute = table.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))?;
    match sub {
        None => Some((attribute, None)),
        Some(sub) => attribute.sub(sub).map(|sub| (attribute, Some(sub))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::{ENTERPRISE_URN, SchemaSettings};

    fn path(kind: ResourceKind, text: &str) -> Option<String> {
        let schemas = Schemas::new(SchemaSettings::default());
        schemas.resolve(kind, text).map(|resolved| resolved.path.join("/"))
    }

    fn user_path(text: &str) -> Option<String> {
        path(ResourceKind::User, text)
    }

    #[test]
    fn names_resolve_without_case_to_the_case_of_the_schema_rfc_7643_2_1() {
        assert_eq!(user_path("USERNAME").as_deref(), Some("userName"));
        assert_eq!(user_path("Name.familyname").as_deref(), Some("name/familyName"));
        assert_eq!(user_path("meta.LASTMODIFIED").as_deref(), Some("meta/lastModified"));
        assert_eq!(user_path("emails.$ref"), None);
        assert_eq!(user_path("name.familyName.x"), None);
        assert_eq!(user_path(""), None);
    }

    #[test]
    fn urns_qualify_core_and_extension_attributes_rfc_7644_3_10() {
        let core = "urn:ietf:params:scim:schemas:core:2.0:user:Name.givenName";
        assert_eq!(user_path(core).as_deref(), Some("name/givenName"));
        assert_eq!(path(ResourceKind::Group, core), None);
        let manager = format!("{}:manager.VALUE", ENTERPRISE_URN.to_uppercase());
        assert_eq!(user_path(&manager), Some(format!("{ENTERPRISE_URN}/manager/value")));
        assert_eq!(user_path("urn:example:unknown:department"), None);
    }

    #[test]
    fn an_extensions_urn_alone_is_the_extension() {
        let schemas = Schemas::new(SchemaSettings::default());
        let resolved = schemas.resolve(ResourceKind::User, ENTERPRISE_URN).expect("declared");
        assert_eq!(resolved.extension, Some(ENTERPRISE_URN));
        assert_eq!(resolved.path, [ENTERPRISE_URN]);
        assert!(resolved.attribute.is_complex());
    }

    #[test]
    fn an_extension_attribute_needs_no_urn_where_no_core_attribute_has_its_name() {
        assert_eq!(user_path("department"), Some(format!("{ENTERPRISE_URN}/department")));
        assert_eq!(user_path("displayName").as_deref(), Some("displayName"));
        let role = path(ResourceKind::Group, "lambdatestroles");
        assert!(role.is_some_and(|path| path.ends_with("LambdaTest:2.0:Group/LambdatestRoles")));
    }

    #[test]
    fn aliases_and_dots_after_urns_are_deviations_that_strict_turns_off() {
        let schemas = Schemas::new(SchemaSettings::default());
        let dotted = format!("{ENTERPRISE_URN}.department");
        for (text, deviation) in [
            ("email", Deviation::EmailAlias),
            ("Email.Value", Deviation::EmailAlias),
            (&dotted, Deviation::DotAfterUrn),
        ] {
            let resolved = schemas.resolve(ResourceKind::User, text).expect("known");
            let mut notes = Notes::default();
            let refusal = || Error::invalid_value("no");
            assert!(resolved.clone().granted(Tolerance::Lenient, &mut notes, refusal).is_ok(), "{text}");
            assert_eq!(notes.deviations(), [deviation], "{text}");
            assert!(resolved.granted(Tolerance::Strict, &mut notes, refusal).is_err(), "{text}");
        }
        assert_eq!(schemas.resolve(ResourceKind::Group, "email"), None);
    }

    #[test]
    fn text_that_is_cut_inside_a_character_is_no_urn() {
        assert_eq!(user_path("urn:ietf:params:scim:schemas:core:2.0:Use\u{e9}:x"), None);
    }
}
