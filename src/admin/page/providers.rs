//! What to write into the console of each identity provider, as data. `{base}` stands for the SCIM base URL, `{user_urn}`
//! and `{group_urn}` for the extensions.

use serde::Serialize;

/// One identity provider.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Provider {
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    /// Where in its console.
    pub(super) place: &'static str,
    /// Field and value, as the console names them.
    pub(super) fields: &'static [(&'static str, &'static str)],
    /// What to do besides, or to know.
    pub(super) notes: &'static [&'static str],
}

const TOKEN: &str = "a SCIM token of this organization (made under Security, shown once)";

/// Values that say what to enter or to choose, and are not to be copied.
const SAID: [&str; 6] = [
    TOKEN,
    "an address that nobody has",
    "Push New Users, Push Profile Updates, Push Groups",
    "Sync only assigned users and groups",
    "Bearer token (or Basic with the token as the password)",
    "userName, an e-mail address",
];

/// Whether a value is to be copied into its field as it stands.
pub(super) fn is_copied(value: &str) -> bool {
    !SAID.contains(&value)
}

/// All of them, the one that the product is made for first.
pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        slug: "pingone",
        name: "PingOne",
        place: "Integrations > Provisioning > New Connection > Identity Store > SCIM Outbound",
        fields: &[
            ("SCIM Base URL", "{base}"),
            ("Users Resource", "/Users"),
            ("SCIM Version", "2.0"),
            ("Groups Resource", "/Groups"),
            ("Authentication Method", "OAuth 2 Bearer Token"),
            ("OAuth Access Token", TOKEN),
            ("Auth Type Header", "Bearer"),
            ("User Filter Expression", "userName eq \"%s\""),
            ("User Identifier", "workEmail"),
            ("Custom Attribute Schema URNs", "{user_urn}"),
            ("Group Membership Handling", "Merge"),
        ],
        notes: &[
            "Press Test Connection, then tick Create Users, Update Users and Disable Users.",
            "In the rule, map Email Address to userName: it must be an e-mail address and is how people are found again.",
            "Add groups to the rule to push them; switch SCIM group provisioning on here first.",
        ],
    },
    Provider {
        slug: "pingfederate",
        name: "PingFederate",
        place: "SP Connection > Outbound Provisioning > SCIM Connector (the add-on for SCIM 2.0)",
        fields: &[
            ("SCIM URL", "{base}"),
            ("Unique User Identifier", "workEmail"),
            ("Filter Expression", "userName eq \"%s\""),
            ("Authorization Header Type", "Bearer"),
            ("Access Token", TOKEN),
            ("Users API Path", "/Users"),
            ("Groups API Path", "/Groups"),
            ("Results Per Page", "1000"),
            ("Remove User Action", "Disable"),
        ],
        notes: &[
            "The outbound template that comes with PingFederate speaks SCIM 1.1 only; install the SCIM connector.",
        ],
    },
    Provider {
        slug: "okta",
        name: "Okta",
        place: "Applications > your app > General > App Settings > Provisioning: SCIM; then the Provisioning tab",
        fields: &[
            ("SCIM connector base URL", "{base}"),
            ("Unique identifier field for users", "userName"),
            ("Supported provisioning actions", "Push New Users, Push Profile Updates, Push Groups"),
            ("Authentication Mode", "HTTP Header"),
            ("Authorization: Bearer", TOKEN),
        ],
        notes: &[
            "Test Connector Configuration, then switch on Create Users, Update User Attributes and Deactivate Users.",
            "Groups go over Push Groups; groups that are only assigned to the app are not pushed.",
        ],
    },
    Provider {
        slug: "entra",
        name: "Microsoft Entra ID",
        place: "Enterprise applications > your app > Provisioning > Automatic",
        fields: &[
            ("Tenant URL", "{base}"),
            ("Secret Token", TOKEN),
            ("Scope", "Sync only assigned users and groups"),
        ],
        notes: &[
            "Test Connection, then map userPrincipalName or mail to userName: it must be an e-mail address.",
            "With or without ?aadOptscim062020 behind the tenant URL, both are understood.",
            "An expired token puts the job into quarantine: rotate it under Security before it ends; the old one works for a day.",
        ],
    },
    Provider {
        slug: "jumpcloud",
        name: "JumpCloud",
        place: "SSO Applications > your app > Identity Management",
        fields: &[
            ("API Type", "SCIM API"),
            ("SCIM Version", "SCIM 2.0"),
            ("Base URL", "{base}"),
            ("Token Key", TOKEN),
            ("Test User Email", "an address that nobody has"),
        ],
        notes: &[
            "Activation makes a test user and a test group and deletes both. Tick the management of groups to push them.",
        ],
    },
    Provider {
        slug: "onelogin",
        name: "OneLogin",
        place: "Applications > SCIM Provisioner with SAML (SCIM v2 Core) > Configuration",
        fields: &[
            ("SCIM Base URL", "{base}"),
            ("SCIM Bearer Token", TOKEN),
            (
                "SCIM JSON Template",
                "{ \"schemas\": [\"urn:ietf:params:scim:schemas:core:2.0:User\"], \"userName\": \"{$user.email}\", \"name\": { \"givenName\": \"{$user.firstname}\", \"familyName\": \"{$user.lastname}\" }, \"emails\": [{ \"value\": \"{$user.email}\", \"type\": \"work\", \"primary\": true }] }",
            ),
        ],
        notes: &[
            "Enable the API connection, then provisioning, and under Parameters map groups to push them.",
        ],
    },
    Provider {
        slug: "google",
        name: "Google Workspace",
        place: "Apps > Web and mobile apps > your app > Autoprovisioning",
        fields: &[("Access token", TOKEN), ("Endpoint URL", "{base}")],
        notes: &[
            "Google pushes users only, never groups, and offers SCIM to any address only for apps in its catalogue.",
            "For teams and roles, push groups from another provider, or set them by hand under People.",
        ],
    },
    Provider {
        slug: "other",
        name: "Another",
        place: "wherever it asks for a SCIM 2.0 target",
        fields: &[
            ("SCIM base URL", "{base}"),
            ("Authentication", "Bearer token (or Basic with the token as the password)"),
            ("Token", TOKEN),
            ("Unique attribute", "userName, an e-mail address"),
            ("Extension for users", "{user_urn}"),
            ("Extension for groups", "{group_urn}"),
        ],
        notes: &[
            "OrganizationRole (Admin, User or Guest) and LambdatestGroup are attributes of the user extension, LambdatestRoles of the group extension.",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_and_not_copied_is_the_value_of_some_field() {
        let values: Vec<&str> =
            PROVIDERS.iter().flat_map(|provider| provider.fields).map(|(_, value)| *value).collect();
        assert!(SAID.iter().all(|said| values.contains(said)));
        assert!(is_copied("{base}") && !is_copied(TOKEN));
    }

    #[test]
    fn every_provider_is_told_the_base_url_and_where_the_token_comes_from() {
        for provider in PROVIDERS {
            let values: Vec<&str> = provider.fields.iter().map(|(_, value)| *value).collect();
            assert!(values.contains(&"{base}") && values.contains(&TOKEN), "{}", provider.name);
        }
    }
}
