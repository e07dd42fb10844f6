//! For the tests of this module: calls, and an admin API over a database in memory.

use std::io::Read;
use std::sync::Arc;

use rouille::Response;
use serde_json::{Value, json};

use crate::admin::{Admin, Extensions, Reply};
use crate::clock::Clock;
use crate::config::{AddressPolicy, Defaults, Prerequisites, Webhooks};
use crate::directory::{Cause, Directory, Policy, Pushed, SignIn, TokenSpec, create_organization};
use crate::ids::Ids;
use crate::model::call::{Actor, Call, Query};
use crate::model::error::{Error, Result};
use crate::model::group::{GroupDocument, MemberChange};
use crate::model::organization::{Features, Organization};
use crate::model::role::Role;
use crate::model::time::Timestamp;
use crate::model::token::TokenKind;
use crate::model::user::UserDocument;
use crate::store::{NewOrganization, Store, Target};

/// The instant at which everything happens.
pub const NOW: Timestamp = Timestamp::from_millis(1_795_529_154_120);

/// A call to be filled in.
pub struct CallBuilder(Call);

/// A call of nobody, about nothing.
pub fn call() -> CallBuilder {
    CallBuilder(Call {
        request_id: "req".to_owned(),
        at: NOW,
        method: "GET",
        actor: None,
        organization: None,
        parameters: Vec::new(),
        query: Query::default(),
        headers: Vec::new(),
        body: Vec::new(),
        client: std::net::Ipv4Addr::LOCALHOST.into(),
        base_url: "http://127.0.0.1:8080".to_owned(),
        time_is_up: None,
        log: None,
    })
}

impl CallBuilder {
    pub fn query(mut self, query: &[(&str, &str)]) -> CallBuilder {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.0.query = Query(query.iter().map(owned).collect());
        self
    }

    pub fn text(mut self, body: &str) -> CallBuilder {
        self.0.body = body.as_bytes().to_vec();
        self
    }

    pub fn json(self, body: Value) -> CallBuilder {
        self.text(&body.to_string())
    }

    pub fn at(mut self, parameters: &[&str]) -> CallBuilder {
        self.0.parameters = parameters.iter().map(|text| (*text).to_owned()).collect();
        self
    }

    pub fn parked(mut self, time_is_up: bool) -> CallBuilder {
        self.0.time_is_up = Some(time_is_up);
        self
    }

    pub fn done(self) -> Call {
        self.0
    }
}

/// The API over an organization called `acme`, with everything switched on.
pub struct World {
    pub admin: Admin,
    pub organization: Organization,
}

impl World {
    pub fn new() -> World {
        let store = Arc::new(Store::open(&Target::Memory).unwrap());
        let policy = Policy::default();
        let directory = Directory::new(store, Clock::manual(NOW), Ids::deterministic(), policy);
        let ids = directory.ids().clone();
        let features = Features { group_provisioning: true, ..Features::default() };
        let new = NewOrganization {
            slug: "acme".to_owned(),
            name: "Acme".to_owned(),
            plan: String::new(),
            features,
            created: NOW,
        };
        let organization = directory
            .store()
            .write(move |tx| {
                let id = create_organization(tx, &ids, &new)?;
                tx.organization_by_id(id)?.ok_or_else(|| Error::internal("no organization"))
            })
            .unwrap();
        let addresses = AddressPolicy::of(&Webhooks::default());
        World {
            admin: Admin {
                directory,
                defaults: Defaults::default(),
                prerequisites: Prerequisites::default(),
                extensions: Extensions::default(),
                addresses,
                sign_in: SignIn::new(10),
            },
            organization,
        }
    }

    /// A handler's outcome for an admin of the organization, or of the whole server.
    pub fn reply(
        &self,
        handler: fn(&Admin, &Call) -> Result<Reply>,
        call: CallBuilder,
        server_scope: bool,
    ) -> Result<Reply> {
        let mut call = call.done();
        let name = "test".to_owned();
        let fresh = self.admin.read(|db| db.organization_by_id(self.organization.id)).unwrap().unwrap();
        call.actor = Some(Actor { name, organization: Some(fresh.clone()), server_scope, session: None });
        call.organization = Some(fresh);
        handler(&self.admin, &call)
    }

    /// A handler's answer, which must be one.
    pub fn ask(&self, handler: fn(&Admin, &Call) -> Result<Reply>, call: CallBuilder) -> (u16, Value) {
        match self.reply(handler, call, false).unwrap() {
            Reply::Answer(answer) => (answer.status_code, body(answer)),
            Reply::Park { .. } | Reply::ParkForRequests { .. } => panic!("the call was parked"),
        }
    }

    /// A handler's refusal, which must be one.
    pub fn refusal(&self, handler: fn(&Admin, &Call) -> Result<Reply>, call: CallBuilder) -> Error {
        self.reply(handler, call, false).map(|_| ()).unwrap_err()
    }

    /// Pushes a user as an IdP would; gives the id.
    pub fn user(&self, user_name: &str, own_role: Option<Role>) -> String {
        let document = UserDocument {
            resource: serde_json::from_value(json!({"userName": user_name})).unwrap(),
            user_name: user_name.to_owned(),
            external_id: None,
            display_name: None,
            active: Some(true),
            own_role,
            concurrency_group: None,
            emails: vec![(None, format!("mail-{user_name}"))],
        };
        let change =
            self.admin.directory.change(self.organization.id, cause(), |change| change.create_user(document));
        change.unwrap().resource_id.0
    }

    /// Makes an admin token of server scope in the organization; gives the id.
    pub fn server_token(&self) -> String {
        let spec = TokenSpec {
            name: "first".to_owned(),
            kind: TokenKind::Admin,
            server_scope: true,
            read_only: false,
            expires: None,
        };
        let change = self
            .admin
            .directory
            .change(self.organization.id, cause(), move |change| change.create_token(&spec));
        change.unwrap().0.id.to_string()
    }

    /// Pushes a group as an IdP would; gives the id.
    pub fn group(&self, display_name: &str, members: &[&str], roles: &[Role]) -> String {
        let pushed = Pushed {
            document: GroupDocument {
                resource: serde_json::from_value(json!({"displayName": display_name})).unwrap(),
                display_name: display_name.to_owned(),
                external_id: None,
                roles: roles.to_vec(),
            },
            members: vec![MemberChange::Add(members.iter().map(|id| (*id).to_owned()).collect())],
        };
        let change = self
            .admin
            .directory
            .change(self.organization.id, cause(), move |change| change.create_group(&pushed));
        change.unwrap().resource_id.0
    }
}

fn cause() -> Cause {
    Cause { request_id: "push".to_owned(), token: "idp".to_owned(), at: NOW }
}

/// The JSON of an answer; null when it has no body.
pub fn body(answer: Response) -> Value {
    let mut text = String::new();
    answer.data.into_reader_and_size().0.read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap_or_default()
}

/// A header field of an answer.
pub fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_ref())
}
