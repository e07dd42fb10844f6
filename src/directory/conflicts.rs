//! Deciding conflicts (mapping.md §5.3).

use crate::directory::change::Change;
use crate::model::conflict::Decision;
use crate::model::error::{Error, Kind, Result};
use crate::model::id::{ConflictId, GroupId};
use crate::store::{Conflict, Page};

/// What an admin decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The user keeps what they have.
    KeepCurrent,
    /// The newcomer takes the place of everything that the user holds and it conflicts with.
    UseIncoming,
}

impl Answer {
    /// Reads `keep_current` or `use_incoming`.
    ///
    /// # Errors
    /// `InvalidValue` naming both.
    pub fn parse(text: &str) -> Result<Answer> {
        match text {
            "keep_current" => Ok(Answer::KeepCurrent),
            "use_incoming" => Ok(Answer::UseIncoming),
            _ => Err(Error::invalid_value(format!(
                "decision: \"{text}\" is not one of keep_current, use_incoming."
            ))
            .at("decision")),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Answer::KeepCurrent => "keep_current",
            Answer::UseIncoming => "use_incoming",
        }
    }
}

impl Change<'_> {
    /// Decides one conflict.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is not open any more.
    pub fn resolve_conflict(&mut self, id: ConflictId, answer: Answer) -> Result<()> {
        let found = self.tx.conflict(self.organization.id, id)?;
        let conflict = found.ok_or_else(|| Error::not_found("conflict", id))?;
        if conflict.status != "open" {
            return Err(Error::new(
                Kind::Conflict,
                format!("Conflict {id} is {} already; there is nothing to decide.", conflict.status),
            ));
        }
        self.decide(&conflict, answer)
    }

    /// Decides every open conflict between two groups the same way; says how many there were.
    ///
    /// # Errors
    /// Only those of the store.
    pub fn resolve_conflicts(
        &mut self,
        current: GroupId,
        incoming: GroupId,
        answer: Answer,
    ) -> Result<usize> {
        let all = Page { after: 0, limit: i64::MAX };
        let mut open = self.tx.conflicts(self.organization.id, "open", all)?;
        open.retain(|conflict| conflict.current.group == current && conflict.incoming.group == incoming);
        for conflict in &open {
            self.decide(conflict, answer)?;
        }
        Ok(open.len())
    }

    fn decide(&mut self, conflict: &Conflict, answer: Answer) -> Result<()> {
        let (current, incoming) = (conflict.current.side(), conflict.incoming.side());
        match answer {
            Answer::KeepCurrent => {
                let decision = Decision { winner: current, loser: incoming };
                self.tx.remember(conflict.user, &decision, &self.cause)?;
                self.decided.insert(conflict.id, answer.as_str());
                self.touch(conflict.user, None);
            }
            Answer::UseIncoming => {
                self.prefer(conflict)?;
                for other in self.tx.open_conflicts_of(conflict.user)? {
                    if other.incoming.mapping == conflict.incoming.mapping {
                        self.decided.insert(other.id, answer.as_str());
                    }
                }
                self.touch(conflict.user, [conflict.incoming.mapping]);
            }
        }
        Ok(())
    }

    /// Decides for the newcomer against everything that the user holds and it conflicts with.
    fn prefer(&mut self, conflict: &Conflict) -> Result<()> {
        for held in self.obstacles(conflict)? {
            let decision = Decision { winner: conflict.incoming.side(), loser: held };
            self.tx.remember(conflict.user, &decision, &self.cause)?;
        }
        Ok(())
    }
}
