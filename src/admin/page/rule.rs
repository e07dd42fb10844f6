//! One mapping rule: the form, what it would do while it is written, and writing it.

use minijinja::context;
use rouille::Response;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::admin::handle::{Admin, cause};
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::rules::id;
use crate::admin::page::stale::check_version;
use crate::admin::version::Versioned;
use crate::directory::spec_json;
use crate::model::call::Call;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Kind, Result};
use crate::model::form::Form;
use crate::model::id::{OrganizationId, RuleId};
use crate::model::rule::{Rule, RuleChanges, RuleKind, RuleSpec};
use crate::store::Db;

/// Up to how many groups the form comes with its preview: more take longer than anybody wants to wait for a page.
const AT_ONCE: i64 = 1_000;
/// How many bytes of a hash tell rules apart.
const DIGEST_BYTES: usize = 8;
/// Said to whom would run the rules without having seen what that comes to.
const UNSEEN: &str = "Nothing was saved yet. Below is what would happen; press \"Save and run the rules now\" again if that is what \
                      you mean.";
/// Said to whom would run the rules as nobody saw them.
const MOVED: &str = "Something changed since the preview, and nothing was saved. Below is what would happen now; apply again if \
                     that is what you mean.";

/// A rule as the form has it: what was typed, right or wrong.
#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    id: Option<RuleId>,
    /// The version of the stored rule that the form was opened with.
    version: String,
    kind: String,
    pattern: String,
    exclude: String,
    entity_name: String,
    target_type: String,
    priority: String,
    auto_approve: bool,
    enabled: bool,
}

impl Typed {
    /// What an empty form proposes: the guide's "Match All → Team" with auto-approve.
    fn new() -> Typed {
        Typed {
            kind: "all".to_owned(),
            target_type: "team".to_owned(),
            priority: "0".to_owned(),
            auto_approve: true,
            enabled: true,
            ..Typed::default()
        }
    }

    fn of_rule(rule: &Rule) -> Typed {
        let spec = &rule.spec;
        Typed {
            id: Some(rule.id),
            version: rule.etag(),
            kind: spec.kind.as_str().to_owned(),
            pattern: spec.pattern.clone(),
            exclude: spec.exclude.clone().unwrap_or_default(),
            entity_name: spec.entity_name.clone().unwrap_or_default(),
            target_type: spec.target_type.as_str().to_owned(),
            priority: spec.priority.to_string(),
            auto_approve: spec.auto_approve,
            enabled: spec.enabled,
        }
    }

    fn of_form(form: &Form) -> Typed {
        let text = |name: &str| form.get(name).to_owned();
        Typed {
            id: RuleId::parse(form.get("id")),
            version: text("version"),
            kind: text("kind"),
            pattern: text("pattern"),
            exclude: text("exclude"),
            entity_name: text("entity_name"),
            target_type: text("target_type"),
            priority: text("priority"),
            auto_approve: form.get("auto_approve") == "on",
            enabled: form.get("enabled") == "on",
        }
    }

    fn spec(&self) -> Result<RuleSpec> {
        let kind = RuleKind::parse(&self.kind)
            .ok_or_else(|| Error::invalid_value("How it matches: choose one of the three.").at("kind"))?;
        let priority = self.priority.trim();
        let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Ok(RuleSpec {
            kind,
            // The field is there for the other kinds too; what is left in it does not count.
            pattern: if kind == RuleKind::All { String::new() } else { self.pattern.clone() },
            exclude: filled(&self.exclude),
            entity_name: filled(&self.entity_name),
            target_type: TargetType::parse(&self.target_type)?,
            priority: if priority.is_empty() { 0 } else { number(priority)? },
            auto_approve: self.auto_approve,
            enabled: self.enabled,
        })
    }

    /// What a preview of this very rule, made at `basis`, is known by: a form whose rule differs from the one that was
    /// previewed has another.
    fn seen(&self, basis: i64) -> Result<String> {
        let rule = format!("{:?} {}", self.id, spec_json(&self.spec()?));
        let digest = Sha256::digest(rule.as_bytes());
        let digits: String = digest.iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("{basis}.{digits}"))
    }

    /// The basis that a form carries, if what was previewed there is this very rule.
    fn basis(&self, seen: &str) -> Result<Option<i64>> {
        let basis = seen.split_once('.').and_then(|(basis, _)| basis.parse().ok());
        Ok(match basis {
            Some(basis) if self.seen(basis)? == seen => Some(basis),
            Some(_) | None => None,
        })
    }

    /// Refuses a form about a rule that was changed since.
    fn check_version(&self, db: &Db<'_>, organization: OrganizationId) -> Result<()> {
        let Some(id) = self.id else { return Ok(()) };
        let rule = db.rule(organization, id)?.ok_or_else(|| Error::not_found("mapping rule", id))?;
        check_version(&rule, &self.version, "rule")
    }

    fn changes(&self) -> Result<RuleChanges> {
        let spec = self.spec()?;
        Ok(match self.id {
            None => RuleChanges { add: vec![spec], ..RuleChanges::default() },
            Some(id) => RuleChanges { change: vec![(id, spec.into())], ..RuleChanges::default() },
        })
    }
}

fn number(text: &str) -> Result<i64> {
    text.parse().map_err(|_| {
        Error::invalid_value(format!(
            "Priority: \"{text}\" is not a whole number. Higher is looked at first."
        ))
        .at("priority")
    })
}

/// `GET rules/new`.
///
/// # Errors
/// Those of the store.
pub fn new_rule(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Rules)?;
    show(&page, &Typed::new())
}

/// `GET rules/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn rule(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Rules)?;
    let id = id(call)?;
    let rule = admin.read(|db| db.rule(page.organization.id, id))?;
    let rule = rule.ok_or_else(|| Error::not_found("mapping rule", id))?;
    show(&page, &Typed::of_rule(&rule))
}

/// The form, with what it would come to; where the groups are many, that is asked for by the page once it is there.
fn show(page: &Page<'_>, typed: &Typed) -> Result<Response> {
    let groups = page.admin.read(|db| db.group_total(page.organization.id))?;
    if groups > AT_ONCE {
        return page.render("rule.html", context! { rule => typed, later => groups });
    }
    previewed(page, typed, None)
}

/// `POST rules/preview` with the fields of the form: the form again, with what it would come to.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; those of the store.
pub fn preview_rule(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Rules)?;
    previewed(&page, &Typed::of_form(&Form::parse(&call.body)?), None)
}

/// The form as it was typed, with what it would come to and a word about that, or with what is wrong in it.
fn previewed(page: &Page<'_>, typed: &Typed, said: Option<&str>) -> Result<Response> {
    let preview = typed.changes().and_then(|changes| {
        page.admin.read(|db| page.admin.directory.preview_rules(db, page.organization.id, &changes))
    });
    match preview {
        Ok(preview) => {
            let seen = typed.seen(preview.basis)?;
            let shown = context! { rule => typed, seen, preview => preview.to_json() };
            match said {
                Some(word) => page.render_saying("rule.html", shown, word),
                None => page.render("rule.html", shown),
            }
        }
        Err(problem) => {
            page.refuse("rule.html", context! { rule => typed, problem => problem.detail }, problem)
        }
    }
}

/// `POST rules/save` with the fields of the form, and `action`: `save` only writes the rule, `apply` also runs the rules,
/// if the preview of `basis` was of this very rule and nothing changed since.
///
/// # Errors
/// As [`preview_rule`].
pub fn save_rule(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Rules)?;
    let form = Form::parse(&call.body)?;
    let typed = Typed::of_form(&form);
    let outcome = if form.get("action") == "apply" {
        match typed.basis(form.get("basis")) {
            Ok(None) => return previewed(&page, &typed, Some(UNSEEN)),
            Ok(Some(basis)) => {
                apply(&page, &typed, basis).map(|()| "The rule is saved and the rules have run.")
            }
            Err(problem) => Err(problem),
        }
    } else {
        save(admin, call, &typed).map(|()| {
            "The rule is saved. It counts for groups that are pushed or renamed from now on; run the rules for those that are \
             there."
        })
    };
    match (outcome, typed.id) {
        (Ok(said), _) => page.done("/rules", Ok(said.to_owned())),
        (Err(stale), Some(id)) if stale.kind == Kind::PreconditionFailed => {
            page.done(&format!("/rules/{id}"), Err(stale))
        }
        (Err(moved), _) if moved.attachment.is_some() => {
            previewed(&page, &typed, Some(MOVED)).map(|again| again.with_status_code(409))
        }
        (Err(problem), _) => {
            page.refuse("rule.html", context! { rule => typed, problem => problem.detail }, problem)
        }
    }
}

/// The version is looked at before the transaction: whoever changes the rule in between moves the basis.
fn apply(page: &Page<'_>, typed: &Typed, basis: i64) -> Result<()> {
    let (organization, changes) = (page.organization.id, typed.changes()?);
    page.admin.read(|db| typed.check_version(db, organization))?;
    page.admin.directory.apply_rule_changes(organization, cause(page.call), &changes, Some(basis))?;
    Ok(())
}

fn save(admin: &Admin, call: &Call, typed: &Typed) -> Result<()> {
    let (spec, typed) = (typed.spec()?, typed.clone());
    admin.change(call, move |change| match typed.id {
        None => change.create_rule(&spec).map(drop),
        Some(id) => {
            typed.check_version(change.tx(), change.organization().id)?;
            change.update_rule(id, |_| Ok(spec)).map(drop)
        }
    })
}
