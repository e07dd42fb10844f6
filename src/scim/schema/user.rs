//! The core User schema (RFC 7643 §4.1).

use super::build::{binary, boolean, complex, plural, primary, reference, string, type_of};
use super::schemas::{Schema, SchemaSettings};
use crate::model::attribute::{Attribute, Mutability, Returned, Uniqueness};

pub(super) fn schema(settings: &SchemaSettings) -> Schema {
    let attributes = [singular(settings), plurals()].concat();
    Schema { urn: super::USER_URN.to_owned(), name: "User", description: "A person's account.", attributes }
}

/// RFC 7643 §4.1.1.
fn singular(settings: &SchemaSettings) -> Vec<Attribute> {
    let names = if settings.names_owned_by_account { Mutability::Immutable } else { Mutability::ReadWrite };
    vec![
        user_name(settings),
        name().mutability(names),
        string("displayName", "The name of the user as shown to people.").mutability(names),
        string("nickName", "What the user is called in daily life."),
        reference("profileUrl", &["external"], "The URI of the user's profile page."),
        string("title", "The user's title, such as \"Vice President\"."),
        string("userType", "How the user relates to the organization, such as \"Employee\"."),
        string("preferredLanguage", "The user's languages, in the form of the Accept-Language header."),
        string("locale", "The user's place for currency, dates and numbers, such as \"en-US\"."),
        string("timezone", "The user's time zone by its IANA name, such as \"Europe/Paris\"."),
        boolean("active", "Whether the account is in use; true unless said otherwise."),
        string("password", "Taken and not kept: this server signs nobody in with it.")
            .case_exact()
            .mutability(Mutability::WriteOnly)
            .returned(Returned::Never),
    ]
}

fn user_name(settings: &SchemaSettings) -> Attribute {
    let description = if settings.require_email_user_name {
        "The name by which the user signs in; a valid e-mail address."
    } else {
        "The name by which the user signs in."
    };
    let uniqueness = if settings.user_names_global { Uniqueness::Global } else { Uniqueness::Server };
    let mutability = if settings.user_name_mutable { Mutability::ReadWrite } else { Mutability::Immutable };
    string("userName", description).required().mutability(mutability).unique(uniqueness)
}

fn name() -> Attribute {
    complex(
        "name",
        "The parts of the user's name.",
        vec![
            string("formatted", "The whole name, ready to be shown."),
            string("familyName", "The family name, or last name."),
            string("givenName", "The given name, or first name."),
            string("middleName", "The middle name or names."),
            string("honorificPrefix", "What stands before the name, such as \"Ms.\"."),
            string("honorificSuffix", "What stands after the name, such as \"III\"."),
        ],
    )
}

/// RFC 7643 §4.1.2.
fn plurals() -> Vec<Attribute> {
    vec![
        plural("emails", "E-mail addresses.", value("An e-mail address."), &["work", "home", "other"]),
        plural(
            "phoneNumbers",
            "Telephone numbers.",
            value("A telephone number, best in the form of RFC 3966."),
            &["work", "home", "mobile", "fax", "pager", "other"],
        ),
        plural(
            "ims",
            "Addresses for instant messages.",
            value("An address for instant messages."),
            &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
        ),
        plural(
            "photos",
            "Pictures of the user.",
            reference("value", &["external"], "The URI of a picture."),
            &["photo", "thumbnail"],
        ),
        addresses(),
        groups(),
        plural("entitlements", "What the user is entitled to.", value("An entitlement."), &[]),
        plural("roles", "Roles of the user at the client; they give nothing here.", value("A role."), &[]),
        plural(
            "x509Certificates",
            "Certificates issued to the user.",
            binary("value", "A certificate in DER form."),
            &[],
        ),
    ]
}

fn value(description: &'static str) -> Attribute {
    string("value", description)
}

fn addresses() -> Attribute {
    complex(
        "addresses",
        "Postal addresses.",
        vec![
            string("formatted", "The whole address, ready to be shown."),
            string("streetAddress", "Street, house number, post office box."),
            string("locality", "City."),
            string("region", "State or region."),
            string("postalCode", "Postal code."),
            string("country", "Country by its two-letter ISO 3166-1 code."),
            type_of(&["work", "home", "other"]),
            primary(),
        ],
    )
    .many()
}

fn groups() -> Attribute {
    complex(
        "groups",
        "The groups that the user is in; changed through the groups' members.",
        vec![
            string("value", "The id of the Group resource.").case_exact(),
            reference("$ref", &["Group"], "The URI of the Group resource."),
            string("display", "The displayName of the group."),
            string("type", "How the user is in the group, which is always direct.").one_of(&["direct"]),
        ],
    )
    .many()
    .read_only()
}
