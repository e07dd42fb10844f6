//! What is around the content of every page about an organization: sections, what waits, what was just done.

use minijinja::{Value, context};
use rouille::Response;
use serde::Serialize;

use crate::admin::handle::{Admin, has_server_scope, organization};
use crate::admin::page::notice::{self, Notice};
use crate::admin::page::render::{Frame, redirect, render};
use crate::admin::problems;
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::organization::Organization;

/// A section of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Overview,
    Groups,
    Rules,
    Conflicts,
    People,
    Teams,
    ConcurrencyGroups,
    SubOrganizations,
    Requests,
    Events,
    Security,
    Admins,
    Connect,
}

/// The menu: headings, and under each its sections.
const MENU: &[(&str, &[Section])] = &[
    ("", &[Section::Overview]),
    ("SCIM group provisioning", &[Section::Groups, Section::Rules, Section::Conflicts]),
    ("People", &[Section::People, Section::Teams, Section::ConcurrencyGroups, Section::SubOrganizations]),
    ("Activity", &[Section::Requests, Section::Events]),
    ("Settings", &[Section::Security, Section::Admins, Section::Connect]),
];

impl Section {
    /// Its name in the menu.
    pub(super) const fn name(self) -> &'static str {
        self.row().0
    }

    /// Its path below the organization's.
    pub(super) const fn path(self) -> &'static str {
        self.row().1
    }

    const fn row(self) -> (&'static str, &'static str) {
        match self {
            Section::Overview => ("Overview", ""),
            Section::Groups => ("SCIM Groups", "/groups"),
            Section::Rules => ("Mapping Rules", "/rules"),
            Section::Conflicts => ("Conflicts", "/conflicts"),
            Section::People => ("People", "/people"),
            Section::Teams => ("Teams", "/teams"),
            Section::ConcurrencyGroups => ("Concurrency Groups", "/concurrency-groups"),
            Section::SubOrganizations => ("Sub-Organizations", "/sub-organizations"),
            Section::Requests => ("Requests", "/requests"),
            Section::Events => ("Events", "/events"),
            Section::Security => ("Security", "/security"),
            Section::Admins => ("Admins", "/admins"),
            Section::Connect => ("Connect", "/connect"),
        }
    }
}

#[derive(Serialize)]
struct Heading {
    title: &'static str,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    name: &'static str,
    path: &'static str,
    /// How much waits for a decision there.
    waiting: i64,
}

/// A page about the organization that its path names.
pub(super) struct Page<'a> {
    pub(super) admin: &'a Admin,
    pub(super) call: &'a Call,
    pub(super) organization: &'a Organization,
    section: Section,
}

impl<'a> Page<'a> {
    /// The page that a call asks for.
    ///
    /// # Errors
    /// Only for a route without an organization.
    pub(super) fn of(admin: &'a Admin, call: &'a Call, section: Section) -> Result<Page<'a>> {
        Ok(Page { admin, call, organization: organization(call)?, section })
    }

    /// The path of one of the organization's pages, below the server's root.
    pub(super) fn path(&self, rest: &str) -> String {
        format!("/admin/organizations/{}{rest}", self.organization.slug)
    }

    /// The page of 200, with the notice that the last change left.
    ///
    /// # Errors
    /// Those of the store and of rendering.
    pub(super) fn render(&self, template: &str, shown: Value) -> Result<Response> {
        let notice = notice::read(self.call.header("cookie").as_deref());
        let had_one = notice.is_some();
        let answer = self.render_with(template, shown, notice)?;
        Ok(if had_one { notice::forget(answer, &self.call.base_url) } else { answer })
    }

    /// The same with a word about why nothing was done yet.
    ///
    /// # Errors
    /// As [`Page::render`].
    pub(super) fn render_saying(&self, template: &str, shown: Value, word: &str) -> Result<Response> {
        self.render_with(template, shown, Some(Notice::problem(word.to_owned())))
    }

    /// The same page with what was wrong with the form that was sent, under its status.
    ///
    /// # Errors
    /// The problem itself where it is not one of the form; those of [`Page::render`].
    pub(super) fn refuse(&self, template: &str, shown: Value, problem: Error) -> Result<Response> {
        if !is_answerable(&problem) {
            return Err(problem);
        }
        let (status, ..) = problems::row(problem.kind);
        let answer = self.render_with(template, shown, Some(Notice::problem(problem.detail)))?;
        Ok(answer.with_status_code(status))
    }

    /// After a form: to one of the organization's pages, which says what was done, or what stood in the way.
    ///
    /// # Errors
    /// The problem itself where the person can do nothing about it.
    pub(super) fn done(&self, rest: &str, outcome: Result<String>) -> Result<Response> {
        let notice = match outcome {
            Ok(text) => Notice::done(text),
            Err(problem) if is_answerable(&problem) => Notice::problem(problem.detail),
            Err(problem) => return Err(problem),
        };
        let answer = redirect(&Frame::of(self.call), &self.path(rest));
        Ok(notice::leave(answer, &self.call.base_url, &notice))
    }

    fn render_with(&self, template: &str, shown: Value, notice: Option<Notice>) -> Result<Response> {
        let frame = Frame::of(self.call);
        let (pending, open) = self.admin.read(|db| {
            Ok((
                db.count_waiting_mappings(self.organization.id)?,
                db.count_open_conflicts(self.organization.id)?,
            ))
        })?;
        let around = context! {
            here => format!("{}{}", frame.root, self.path("")),
            navigation => menu(pending, open),
            notice => notice,
            waits => pending + open > 0,
            organization => context! { name => self.organization.name, slug => self.organization.slug },
            section => self.section.name(),
            server_scope => has_server_scope(self.call),
        };
        render(&frame, template, context! { ..shown, ..around })
    }
}

/// Whether whoever sent a form can do something about this.
fn is_answerable(problem: &Error) -> bool {
    !matches!(problem.kind, Kind::Internal | Kind::Forbidden | Kind::Unavailable)
}

fn menu(pending: i64, open: i64) -> Vec<Heading> {
    let item = |section: &Section| Item {
        name: section.name(),
        path: section.path(),
        waiting: match section {
            Section::Groups => pending,
            Section::Conflicts => open,
            _ => 0,
        },
    };
    let heading = |(title, sections): &(&'static str, &'static [Section])| Heading {
        title,
        items: sections.iter().map(item).collect(),
    };
    MENU.iter().map(heading).collect()
}
