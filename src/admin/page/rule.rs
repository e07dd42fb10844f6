//! One mapping rule: the form, what it would do while it is written, and writing it.

use minijinja::context;
use rouille::Response;
use serde::Serialize;
use serde_json::Value;

use crate::admin::handle::{Admin, cause};
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::rules::id;
use crate::model::call::Call;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::form::Form;
use crate::model::id::RuleId;
use crate::model::rule::{RuleChanges, RuleKind, RuleSpec};

/// Up to how many groups the form comes with its preview: more take longer than anybody wants to wait for a page.
const AT_ONCE: i64 = 1_000;
/// Said to whom would run the rules without having seen what that comes to.
const UNSEEN: &str = "Nothing was saved yet. Below is what would happen; press \"Save and run the rules now\" again if that is what \
                      you mean.";

/// A rule as the form has it: what was typed, right or wrong.
#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    id: Option<RuleId>,
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

    fn of_rule(id: RuleId, spec: &RuleSpec) -> Typed {
        Typed {
            id: Some(id),
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
    show(&page, &Typed::of_rule(id, &rule.spec))
}

/// The form, with what it would come to; where the groups are many, that is asked for by the page once it is there.
fn show(page: &Page<'_>, typed: &Typed) -> Result<Response> {
    let groups = page.admin.read(|db| db.group_total(page.organization.id))?;
    if groups > AT_ONCE {
        return page.render("rule.html", context! { rule => typed, later => groups });
    }
    page.render("rule.html", context! { rule => typed, preview => preview(page, typed)? })
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
    match preview(page, typed) {
        Ok(preview) => page.render("rule.html", context! { rule => typed, preview, problem => said }),
        Err(problem) => {
            page.refuse("rule.html", context! { rule => typed, problem => problem.detail }, problem)
        }
    }
}

/// `POST rules/save` with the fields of the form, and `action`: `save` only writes the rule, `apply` also runs the rules,
/// if nothing changed since the preview of `basis`.
///
/// # Errors
/// As [`preview_rule`].
pub fn save_rule(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Rules)?;
    let form = Form::parse(&call.body)?;
    let typed = Typed::of_form(&form);
    let outcome = if form.get("action") == "apply" {
        let basis = form.get("basis").parse().ok();
        if basis.is_none() {
            return previewed(&page, &typed, Some(UNSEEN));
        }
        typed.changes().and_then(|changes| {
            admin.directory.apply_rule_changes(page.organization.id, cause(call), &changes, basis)?;
            Ok("The rule is saved and the rules have run.")
        })
    } else {
        save(admin, call, &typed).map(|()| {
            "The rule is saved. It counts for groups that are pushed or renamed from now on; run the rules for those that are \
             there."
        })
    };
    match outcome {
        Ok(said) => page.done("/rules", Ok(said.to_owned())),
        Err(mut problem) => {
            let fresh = problem.attachment.take();
            if fresh.is_some() {
                problem.detail =
                    "Something changed since the preview, and nothing was saved. Below is what would happen \
                                  now; apply again if that is what you mean."
                        .to_owned();
            }
            let preview = fresh.and_then(|fresh| fresh.get("preview").cloned());
            page.refuse("rule.html", context! { rule => typed, preview, problem => problem.detail }, problem)
        }
    }
}

fn save(admin: &Admin, call: &Call, typed: &Typed) -> Result<()> {
    let (id, spec) = (typed.id, typed.spec()?);
    admin.change(call, move |change| match id {
        None => change.create_rule(&spec).map(drop),
        Some(id) => change.update_rule(id, |_| Ok(spec)).map(drop),
    })
}

fn preview(page: &Page<'_>, typed: &Typed) -> Result<Value> {
    let changes = typed.changes()?;
    let preview =
        page.admin.read(|db| page.admin.directory.preview_rules(db, page.organization.id, &changes))?;
    Ok(preview.to_json())
}
