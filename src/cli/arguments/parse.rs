//! Words and numbers of the command line into types of the model; the errors say what to type.

use std::time::Duration;

use super::duration::parse_duration;
use crate::directory::Answer;
use crate::model::entity::TargetType;
use crate::model::id::{ConflictId, MappingId, RuleId, TokenId};
use crate::model::request::RequestFilter;
use crate::model::rule::RuleKind;

/// Reads `on` or `off`.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" | "true" | "yes" => Ok(true),
        "off" | "false" | "no" => Ok(false),
        _ => Err("write on or off".to_owned()),
    }
}

/// `--record-bodies`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// From now on for so long.
    For(Duration),
    /// No longer.
    Off,
}

/// Reads a length of time, or `off`.
pub(super) fn recording(text: &str) -> Result<Recording, String> {
    if text == "off" { Ok(Recording::Off) } else { parse_duration(text).map(Recording::For) }
}

/// Reads a status such as 404, or a class such as 4xx.
pub(super) fn status(text: &str) -> Result<(u16, u16), String> {
    RequestFilter::parse_status(text)
        .map_err(|_| "write a status such as 404, or a class such as 4xx".to_owned())
}

pub(super) fn rule_kind(text: &str) -> Result<RuleKind, String> {
    RuleKind::parse(text).ok_or_else(|| "write prefix, regex or all".to_owned())
}

/// Reads a length of time that may be nothing.
pub(super) fn grace(text: &str) -> Result<Duration, String> {
    if text == "0" { Ok(Duration::ZERO) } else { parse_duration(text) }
}

/// Reads a target type as the API has it, or with a hyphen as people type.
pub(super) fn target_type(text: &str) -> Result<TargetType, String> {
    TargetType::parse(&text.replace('-', "_"))
        .map_err(|_| "write team, concurrency_group or sub_organization".to_owned())
}

pub(super) fn token_id(text: &str) -> Result<TokenId, String> {
    TokenId::parse(text).ok_or_else(|| NOT_AN_ID.to_owned())
}

pub(super) fn rule_id(text: &str) -> Result<RuleId, String> {
    RuleId::parse(text).ok_or_else(|| NOT_AN_ID.to_owned())
}

pub(super) fn mapping_id(text: &str) -> Result<MappingId, String> {
    MappingId::parse(text).ok_or_else(|| NOT_AN_ID.to_owned())
}

pub(super) fn conflict_id(text: &str) -> Result<ConflictId, String> {
    ConflictId::parse(text).ok_or_else(|| NOT_AN_ID.to_owned())
}

/// Reads a decision as the API has it, or with a hyphen as people type.
pub(super) fn decision(text: &str) -> Result<Answer, String> {
    Answer::parse(&text.replace('-', "_")).map_err(|_| "write keep_current or use_incoming".to_owned())
}

const NOT_AN_ID: &str = "an id is a whole number, as the lists show it";
