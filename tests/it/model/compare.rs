//! One history, step by step: the directory against the reference, the feed and the promises of the file.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::test_runner::TestCaseError;
use rollcall::model::error::Kind;

use super::history::Act;
use super::reference::Reference;
use super::run::{ALL, Run};
use super::sentences::tell;
use super::words::difference;

/// Runs a history; the error tells it as sentences, up to the one after which something was wrong.
pub fn holds(history: &[Act]) -> Result<(), TestCaseError> {
    let mut pair = Pair { reference: Reference::new(), run: Run::new(), story: String::new() };
    let wrong = catch_unwind(AssertUnwindSafe(|| pair.whole(history))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map_or("see above", String::as_str);
        format!("    a panic: {said}\n")
    });
    if wrong.is_empty() { Ok(()) } else { Err(TestCaseError::fail(format!("\n{}{wrong}", pair.story))) }
}

struct Pair {
    reference: Reference,
    run: Run,
    story: String,
}

impl Pair {
    /// Says what is wrong first, or nothing.
    fn whole(&mut self, history: &[Act]) -> String {
        for act in history {
            let Some(act) = act.settled(&self.reference) else { continue };
            let wrong = self.step(&act);
            if !wrong.is_empty() {
                return wrong;
            }
        }
        let findings = self.run.read(|db| db.check());
        if !findings.is_empty() {
            return format!("{findings:#?}\n");
        }
        difference("by the tables", &self.run.facts(), "by the feed", &self.run.facts_by_replay())
    }

    /// Does one act on both sides; says what is wrong then, or nothing.
    fn step(&mut self, act: &Act) -> String {
        let before = self.reference.clone();
        let open_before = self.conflict_ends();
        let expected = self.reference.apply(act);
        let outcome = self.run.apply(act, &before);
        let told = match outcome {
            Ok(()) => String::new(),
            Err(kind) => format!(" (refused: {kind:?})"),
        };
        let _ = writeln!(self.story, "  {}{told}", tell(act, &before));
        if outcome != expected {
            return format!("    the outcome was {outcome:?}, by the reference {expected:?}\n");
        }
        let wrong =
            difference("by the directory", &self.run.facts(), "by the reference", &self.reference.facts());
        if !wrong.is_empty() {
            return wrong;
        }
        let wrong = self.wrong_ends(act, &before, &open_before);
        if !wrong.is_empty() {
            return wrong;
        }
        self.repeat(act, outcome)
    }

    /// mapping.md §5.8: the same once more changes nothing and emits no event.
    fn repeat(&mut self, act: &Act, outcome: Result<(), Kind>) -> String {
        if outcome.is_err() || !act.is_repeatable() {
            return String::new();
        }
        let (event, facts) = (self.run.last_event(), self.run.facts());
        let again = self.run.apply(act, &self.reference);
        let events = self.run.read(|db| db.events(self.run.organization, event, i64::MAX));
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        let changed = difference("the second time", &self.run.facts(), "the first time", &facts);
        if again.is_ok() && kinds.is_empty() && changed.is_empty() {
            return String::new();
        }
        format!("    the same once more: {again:?}, events {kinds:?}\n{changed}")
    }

    /// How every conflict stands, by number.
    fn conflict_ends(&self) -> BTreeMap<i64, String> {
        let conflicts = self.run.read(|db| db.conflicts(self.run.organization, "", ALL));
        conflicts.into_iter().map(|conflict| (conflict.id.0, conflict.outcome.unwrap_or_default())).collect()
    }

    /// mapping.md §5.3, §5.4: a conflict ends by a decision only when an admin decided it.
    fn wrong_ends(&self, act: &Act, before: &Reference, open_before: &BTreeMap<i64, String>) -> String {
        let ended = |(id, outcome): (i64, String)| {
            (!outcome.is_empty() && open_before.get(&id).is_none_or(String::is_empty)).then_some(outcome)
        };
        let mut ends: Vec<String> = self.conflict_ends().into_iter().filter_map(ended).collect();
        ends.retain(|outcome| outcome != "disappeared");
        let expected = before.decided_by(act);
        if ends.len() == expected.0 && ends.iter().all(|outcome| outcome == expected.1) {
            return String::new();
        }
        format!("    conflicts ended as {ends:?}, expected {expected:?}\n")
    }
}
