//! PATCH against an independent model: a user of typed fields, and operations that are applied to it by plain code.

use proptest::prelude::*;

use super::*;
use crate::model::error::Kind;

/// The part of a user that the operations below touch.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    title: Option<String>,
    given: Option<String>,
    family: Option<String>,
    emails: Vec<Email>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Email {
    value: Option<String>,
    ty: Option<String>,
    primary: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
enum Mode {
    Add,
    Replace,
}

/// What is between the brackets: both must hold where both are there.
#[derive(Clone, Debug)]
struct Choice {
    value: Option<String>,
    ty: Option<String>,
    is_disjunction: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Title(Mode, Option<String>),
    RemoveTitle,
    Name(Mode, Option<String>, Option<String>),
    Given(Mode, String),
    RemoveGiven,
    Emails(Mode, Vec<Email>),
    RemoveEmails,
    Element(Mode, Choice, Email),
    ElementValue(Mode, Choice, String),
    ElementPrimary(Mode, Choice, bool),
    RemoveElement(Choice),
    RemoveElementType(Choice),
    Pathless(Mode, String, String),
}

impl Email {
    fn json(&self) -> Value {
        let mut members = Map::new();
        members.extend(self.value.as_ref().map(|value| ("value".to_owned(), json!(value))));
        members.extend(self.ty.as_ref().map(|ty| ("type".to_owned(), json!(ty))));
        members.extend(self.primary.map(|primary| ("primary".to_owned(), json!(primary))));
        Value::Object(members)
    }

    fn merge(&mut self, other: Email) {
        self.value = other.value.or(self.value.take());
        self.ty = other.ty.or(self.ty.take());
        self.primary = other.primary.or(self.primary);
    }
}

impl Choice {
    fn text(&self) -> String {
        let value = self.value.as_ref().map(|value| format!("value eq \"{value}\""));
        let ty = self.ty.as_ref().map(|ty| format!("type EQ \"{ty}\""));
        let word = if self.is_disjunction { " or " } else { " and " };
        [value, ty].into_iter().flatten().collect::<Vec<_>>().join(word)
    }

    fn holds(&self, email: &Email) -> bool {
        let same = |wanted: &Option<String>, found: &Option<String>| {
            wanted.as_ref().map(|w| found.as_ref().is_some_and(|f| f.eq_ignore_ascii_case(w)))
        };
        let mut tests = [same(&self.value, &email.value), same(&self.ty, &email.ty)].into_iter().flatten();
        if self.is_disjunction { tests.any(|holds| holds) } else { tests.all(|holds| holds) }
    }

    /// The element that it describes, when it is a conjunction.
    fn described(&self) -> Option<Email> {
        let is_conjunction = !self.is_disjunction || self.value.is_none() || self.ty.is_none();
        is_conjunction.then(|| Email { value: self.value.clone(), ty: self.ty.clone(), primary: None })
    }
}

impl Step {
    fn json(&self) -> Value {
        let op = |mode: &Mode| match mode {
            Mode::Add => "add",
            Mode::Replace => "replace",
        };
        let set =
            |mode: &Mode, path: String, value: Value| json!({"op": op(mode), "path": path, "value": value});
        let remove = |path: String| json!({"op": "remove", "path": path});
        let chosen = |choice: &Choice, sub: &str| format!("emails[{}]{sub}", choice.text());
        match self {
            Step::Title(mode, title) => set(mode, "title".into(), json!(title)),
            Step::RemoveTitle => remove("title".into()),
            Step::Name(mode, given, family) => {
                set(mode, "name".into(), json!({"givenName": given, "familyName": family}))
            }
            Step::Given(mode, given) => set(mode, "NAME.givenname".into(), json!(given)),
            Step::RemoveGiven => remove("name.givenName".into()),
            Step::Emails(mode, emails) => {
                set(mode, "emails".into(), emails.iter().map(Email::json).collect())
            }
            Step::RemoveEmails => remove("emails".into()),
            Step::Element(mode, choice, email) => set(mode, chosen(choice, ""), email.json()),
            Step::ElementValue(mode, choice, value) => set(mode, chosen(choice, ".value"), json!(value)),
            Step::ElementPrimary(mode, choice, primary) => {
                set(mode, chosen(choice, ".primary"), json!(primary))
            }
            Step::RemoveElement(choice) => remove(chosen(choice, "")),
            Step::RemoveElementType(choice) => remove(chosen(choice, ".type")),
            Step::Pathless(mode, title, given) => {
                json!({"op": op(mode), "value": {"title": title, "name.givenName": given}})
            }
        }
    }
}

impl Model {
    fn json(&self) -> Map<String, Value> {
        let mut user = jane();
        ["title", "name", "emails"].iter().for_each(|name| drop(user.remove(*name)));
        user.extend(self.title.as_ref().map(|title| ("title".to_owned(), json!(title))));
        let mut name = Map::new();
        name.extend(self.given.as_ref().map(|given| ("givenName".to_owned(), json!(given))));
        name.extend(self.family.as_ref().map(|family| ("familyName".to_owned(), json!(family))));
        if !name.is_empty() {
            user.insert("name".to_owned(), Value::Object(name));
        }
        if !self.emails.is_empty() {
            user.insert("emails".to_owned(), self.emails.iter().map(Email::json).collect());
        }
        user
    }

    /// Applies a step; `None` when it has no target.
    fn apply(&mut self, step: Step) -> Option<()> {
        match step {
            Step::Title(Mode::Replace, title) => self.title = title,
            Step::Title(Mode::Add, title) => self.title = title.or(self.title.take()),
            Step::RemoveTitle => self.title = None,
            Step::Name(Mode::Add, given, family) => {
                self.given = given.or(self.given.take());
                self.family = family.or(self.family.take());
            }
            Step::Name(Mode::Replace, given, family) => (self.given, self.family) = (given, family),
            Step::Given(_, given) => self.given = Some(given),
            Step::RemoveGiven => self.given = None,
            Step::Emails(Mode::Replace, emails) => {
                self.emails = one_primary(without_empty(emails));
            }
            Step::Emails(Mode::Add, emails) => self.add(one_primary(without_empty(emails))),
            Step::RemoveEmails => self.emails.clear(),
            Step::Element(mode, choice, email) => {
                self.change(&choice, None, |found| match mode {
                    Mode::Replace => *found = email.clone(),
                    Mode::Add => found.merge(email.clone()),
                })?;
            }
            Step::ElementValue(_, choice, value) => {
                self.change(&choice, choice.described(), |found| found.value = Some(value.clone()))?;
            }
            Step::ElementPrimary(_, choice, primary) => {
                self.change(&choice, choice.described(), |found| found.primary = Some(primary))?;
            }
            Step::RemoveElement(choice) => self.emails.retain(|email| !choice.holds(email)),
            Step::RemoveElementType(choice) => {
                for email in self.emails.iter_mut().filter(|email| choice.holds(email)) {
                    email.ty = None;
                }
                self.emails.retain(|email| *email != Email::default());
            }
            Step::Pathless(_, title, given) => (self.title, self.given) = (Some(title), Some(given)),
        }
        Some(())
    }

    fn add(&mut self, emails: Vec<Email>) {
        let old = self.emails.clone();
        for email in emails {
            let same = |known: &&mut Email| {
                if email.value.is_some() || known.value.is_some() {
                    (&known.value, &known.ty) == (&email.value, &email.ty)
                } else {
                    **known == email
                }
            };
            match self.emails.iter_mut().find(same) {
                Some(known) => known.merge(email),
                None => self.emails.push(email),
            }
        }
        self.settle(&old);
    }

    fn change(&mut self, choice: &Choice, missing: Option<Email>, work: impl Fn(&mut Email)) -> Option<()> {
        let mut old = self.emails.clone();
        if self.emails.iter().any(|email| choice.holds(email)) {
            self.emails.iter_mut().filter(|email| choice.holds(email)).for_each(&work);
        } else {
            let mut email = missing?;
            old.push(email.clone());
            work(&mut email);
            self.emails.push(email);
        }
        self.settle(&old);
        self.emails.retain(|email| *email != Email::default());
        Some(())
    }

    /// The first that was not primary and is now wins.
    fn settle(&mut self, old: &[Email]) {
        let is_new = |(i, email): (usize, &Email)| {
            email.primary == Some(true) && old.get(i).is_none_or(|old| old.primary != Some(true))
        };
        if let Some(winner) = self.emails.iter().enumerate().position(is_new) {
            for (_, email) in self.emails.iter_mut().enumerate().filter(|(i, _)| *i != winner) {
                email.primary = email.primary.map(|_| false);
            }
        }
    }
}

fn without_empty(emails: Vec<Email>) -> Vec<Email> {
    emails.into_iter().filter(|email| *email != Email::default()).collect()
}

fn one_primary(mut emails: Vec<Email>) -> Vec<Email> {
    let mut seen = false;
    for email in emails.iter_mut().filter(|email| email.primary == Some(true)) {
        email.primary = Some(!seen);
        seen = true;
    }
    emails
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a@x.example", "b@x.example", "work", "home", "Work"]).prop_map(str::to_owned)
}

fn email() -> impl Strategy<Value = Email> {
    (prop::option::of(word()), prop::option::of(word()), prop::option::of(any::<bool>()))
        .prop_map(|(value, ty, primary)| Email { value, ty, primary })
}

fn choice() -> impl Strategy<Value = Choice> {
    (word(), word(), 0..3_u8, any::<bool>()).prop_map(|(value, ty, which, is_disjunction)| Choice {
        value: (which != 1).then_some(value),
        ty: (which != 2).then_some(ty),
        is_disjunction,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let mode = || prop_oneof![Just(Mode::Add), Just(Mode::Replace)];
    let full = email().prop_filter("an element has something in it", |email| *email != Email::default());
    prop_oneof![
        (mode(), prop::option::of(word())).prop_map(|(mode, title)| Step::Title(mode, title)),
        Just(Step::RemoveTitle),
        (mode(), prop::option::of(word()), prop::option::of(word()))
            .prop_map(|(mode, g, f)| Step::Name(mode, g, f)),
        (mode(), word()).prop_map(|(mode, given)| Step::Given(mode, given)),
        Just(Step::RemoveGiven),
        (mode(), prop::collection::vec(email(), 0..4)).prop_map(|(mode, emails)| Step::Emails(mode, emails)),
        Just(Step::RemoveEmails),
        (mode(), choice(), full).prop_map(|(mode, choice, email)| Step::Element(mode, choice, email)),
        (mode(), choice(), word()).prop_map(|(mode, choice, value)| Step::ElementValue(mode, choice, value)),
        (mode(), choice(), any::<bool>())
            .prop_map(|(mode, c, primary)| Step::ElementPrimary(mode, c, primary)),
        choice().prop_map(Step::RemoveElement),
        choice().prop_map(Step::RemoveElementType),
        (mode(), word(), word()).prop_map(|(mode, title, given)| Step::Pathless(mode, title, given)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn patch_does_what_the_model_does(
        emails in prop::collection::vec(email(), 0..4),
        steps in prop::collection::vec(step(), 1..8),
    ) {
        let mut model = Model { emails: one_primary(without_empty(emails)), ..Model::default() };
        let current = model.json();
        let operations = steps.iter().map(Step::json).collect();
        let request = parse(&lenient(), operations).expect("well-formed");
        let result = apply_user(&lenient(), request, &current, &Map::new());
        let applied = steps.into_iter().try_for_each(|step| model.apply(step));
        match (result, applied) {
            (Ok((document, _)), Some(())) => prop_assert_eq!(document.resource, model.json()),
            (Err(error), None) => prop_assert_eq!(error.kind, Kind::NoTarget),
            (result, applied) => prop_assert!(false, "{:?} but {:?}", result, applied),
        }
    }
}
