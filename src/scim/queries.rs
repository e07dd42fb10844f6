//! What a query string or a SearchRequest asks of a list (RFC 7644 §3.4.2 and §3.4.3, RFC 9865).

use std::num::IntErrorKind;

use serde_json::Value;

use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::{Deviation, Notes, Tolerance};
use crate::scim::projection::{Projection, split_names};
use crate::scim::schema::{ResourceKind, object};
use crate::scim::service::{Scim, log_notes};

/// The URN of the search message.
const SEARCH_URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// A search before its names are looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Which resources.
    pub filter: Option<String>,
    /// In which order.
    pub sort_by: Option<String>,
    /// Whether downwards.
    pub descending: bool,
    /// Which page.
    pub page: PageWanted,
    /// What of each resource.
    pub attributes: Vec<String>,
    /// What not.
    pub excluded: Vec<String>,
}

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageWanted {
    /// From the resource of this 1-based number (RFC 7644 §3.4.2.4).
    Index {
        /// 1 for the first.
        start: i64,
        /// How many; `None` for as many as allowed.
        count: Option<i64>,
    },
    /// After what the cursor names, empty for the beginning (RFC 9865).
    Cursor {
        /// As a former answer gave it.
        cursor: String,
        /// How many; `None` for as many as allowed.
        count: Option<i64>,
    },
}

impl Default for PageWanted {
    fn default() -> PageWanted {
        PageWanted::Index { start: 1, count: None }
    }
}

/// What a request asks to see of a resource.
///
/// # Errors
/// `InvalidValue` when it names both `attributes` and `excludedAttributes`.
pub fn projection_of(scim: &Scim, call: &Call, kind: ResourceKind) -> Result<Projection> {
    let names = |parameter| call.query.get(parameter).map(split_names).unwrap_or_default();
    let mut notes = Notes::default();
    let (wanted, unwanted) = (names("attributes"), names("excludedAttributes"));
    let projection = Projection::parse(&scim.schemas, kind, &wanted, &unwanted, &mut notes)?;
    log_notes(call.log.as_deref(), &notes);
    Ok(projection)
}

/// Whether a request names attributes to see or to leave out.
pub fn asks_for_projection(call: &Call) -> bool {
    ["attributes", "excludedAttributes"]
        .iter()
        .any(|parameter| call.query.get(parameter).is_some_and(|names| !names.trim().is_empty()))
}

impl Search {
    /// Reads a query string.
    ///
    /// # Errors
    /// `InvalidValue` for numbers that are none; `InvalidCount` in cursor mode.
    pub fn from_query(call: &Call, tolerance: Tolerance, notes: &mut Notes) -> Result<Search> {
        let text = |name| call.query.get(name).map(str::to_owned);
        let numbers = Numbers {
            start: number(text("startIndex"), "startIndex"),
            count: number(text("count"), "count"),
        };
        let names = |name| {
            let names = call.query.get(name).map(split_names).unwrap_or_default();
            names.into_iter().map(str::to_owned).collect()
        };
        Ok(Search {
            filter: text("filter"),
            sort_by: text("sortBy").filter(|name| !name.is_empty()),
            descending: descending(text("sortOrder").as_deref())?,
            page: numbers.page(text("cursor"), tolerance, notes)?,
            attributes: names("attributes"),
            excluded: names("excludedAttributes"),
        })
    }

    /// Reads a SearchRequest.
    ///
    /// # Errors
    /// `InvalidSyntax` when it is not an object of that schema; `InvalidValue` for members of another type.
    pub fn from_body(body: Value, tolerance: Tolerance, notes: &mut Notes) -> Result<Search> {
        let body = object(body)?;
        let member = |name: &str| {
            body.iter()
                .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null())
                .map(|(_, value)| value)
        };
        let is_search =
            |schema: &Value| schema.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(SEARCH_URN));
        let declared =
            member("schemas").and_then(Value::as_array).is_some_and(|all| all.iter().any(is_search));
        if !declared {
            let refusal = || {
                Error::new(
                    Kind::InvalidSyntax,
                    format!("schemas: a search names \"{SEARCH_URN}\" (RFC 7644 §3.4.3)."),
                )
            };
            tolerance.grant(Deviation::MissingSchemas, notes, refusal)?;
        }
        let text = |name: &str| match member(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => {
                Err(Error::invalid_value(format!("{name}: found {other}, expected a string.")).at(name))
            }
        };
        let number_of = |name: &'static str| match member(name) {
            None => Ok(None),
            Some(Value::Number(number)) => {
                let found = number.to_string();
                whole(&found).map(Some).ok_or_else(|| not_a_number(name, &found))
            }
            Some(other) => Err(not_a_number(name, &other.to_string())),
        };
        let names = |name: &str| match member(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(split_names(text).into_iter().map(str::to_owned).collect()),
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
                Ok(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            }
            Some(_) => Err(Error::invalid_value(format!("{name}: expected an array of names.")).at(name)),
        };
        let numbers = Numbers { start: number_of("startIndex"), count: number_of("count") };
        Ok(Search {
            filter: text("filter")?,
            sort_by: text("sortBy")?.filter(|name| !name.is_empty()),
            descending: descending(text("sortOrder")?.as_deref())?,
            page: numbers.page(text("cursor")?, tolerance, notes)?,
            attributes: names("attributes")?,
            excluded: names("excludedAttributes")?,
        })
    }
}

/// The two numbers of a page, as far as they are numbers.
struct Numbers {
    start: Result<Option<i64>>,
    count: Result<Option<i64>>,
}

impl Numbers {
    fn page(self, cursor: Option<String>, tolerance: Tolerance, notes: &mut Notes) -> Result<PageWanted> {
        let Some(cursor) = cursor else {
            let count = match self.count? {
                // PingFederate's "as many as allowed"; by the RFC a negative number is 0.
                Some(-1) if tolerance == Tolerance::Lenient => {
                    notes.rely_on(Deviation::CountMinusOne);
                    None
                }
                count => count.map(|count| count.max(0)),
            };
            return Ok(PageWanted::Index { start: self.start?.unwrap_or(1).max(1), count });
        };
        if self.start?.is_some() {
            let detail =
                "The request has both \"cursor\" and \"startIndex\". Send one of them (RFC 9865 §2.1).";
            return Err(Error::invalid_value(detail).at("cursor"));
        }
        let refused = |error: Error| Error { kind: Kind::InvalidCount, ..error };
        let count = self.count.map_err(refused)?;
        if let Some(count) = count.filter(|count| *count < 0) {
            return Err(Error::new(Kind::InvalidCount, format!("count: found {count}, expected 0 or more.")));
        }
        Ok(PageWanted::Cursor { cursor, count })
    }
}

fn number(text: Option<String>, name: &str) -> Result<Option<i64>> {
    match text.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(digits) => whole(digits).map(Some).ok_or_else(|| not_a_number(name, digits)),
    }
}

/// A whole number; one that is beyond 64 bits is as good as the largest or smallest that is not.
fn whole(digits: &str) -> Option<i64> {
    match digits.parse::<i64>() {
        Ok(number) => Some(number),
        Err(error) => match error.kind() {
            IntErrorKind::PosOverflow => Some(i64::MAX),
            IntErrorKind::NegOverflow => Some(i64::MIN),
            _ => None,
        },
    }
}

fn not_a_number(name: &str, found: &str) -> Error {
    Error::invalid_value(format!("{name}: found {found}, expected a whole number.")).at(name)
}

fn descending(order: Option<&str>) -> Result<bool> {
    match order.map(str::trim) {
        None | Some("") => Ok(false),
        Some(order) if order.eq_ignore_ascii_case("ascending") => Ok(false),
        Some(order) if order.eq_ignore_ascii_case("descending") => Ok(true),
        Some(other) => Err(Error::invalid_value(format!(
            "sortOrder: found \"{other}\", expected ascending or descending."
        ))
        .at("sortOrder")),
    }
}
