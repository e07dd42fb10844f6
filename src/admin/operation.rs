//! What a route of the admin API takes and answers, as data: the description says it, and requests are checked by it.

use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};

/// A route beside its method, path and handler.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// What it does, in a few words.
    pub summary: &'static str,
    /// The query parameters that it takes; any other is refused.
    pub query: &'static [Parameter],
    /// What is sent.
    pub body: Body,
    /// What comes back when it goes well.
    pub answer: Answer,
    /// The statuses of refusals that not every route has.
    pub refusals: &'static [u16],
    /// Whether its answers carry an `ETag`, and changes take `If-Match`.
    pub versioned: bool,
}

/// A query parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its type, as in [`schemas`](super::schemas).
    pub written: &'static str,
    /// What it is for.
    pub about: &'static str,
}

/// What a request carries, by the name of its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing; whatever is sent is not read.
    None,
    /// This, or nothing at all.
    Optional(&'static str),
    /// This.
    Required(&'static str),
}

/// What an answer carries, by the name of its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 200 with this.
    Ok(&'static str),
    /// 200 with a page of a list of these.
    List(&'static str),
    /// 201 with this, and where it is.
    Created(&'static str),
    /// 202 with this, which will be done.
    Accepted(&'static str),
    /// 204.
    NoContent,
}

/// `limit`.
pub(super) const LIMIT: Parameter = Parameter {
    name: "limit",
    written: "#1..1000",
    about: "How many items a page has at most; 100 unless said.",
};
/// `after`.
pub(super) const AFTER: Parameter = Parameter {
    name: "after",
    written: "string",
    about: "The next of the page before; left out for the first page.",
};
/// What every list takes.
pub(super) const PAGING: &[Parameter] = &[LIMIT, AFTER];
/// `query`.
pub(super) const QUERY: Parameter =
    Parameter { name: "query", written: "string", about: "Part of a name, without regard to case." };
/// What lists take in which one can look for names.
pub(super) const SEARCH: &[Parameter] = &[LIMIT, AFTER, QUERY];

impl Operation {
    const fn new(summary: &'static str, answer: Answer) -> Operation {
        Operation { summary, query: &[], body: Body::None, answer, refusals: &[], versioned: false }
    }

    /// A GET of one thing.
    pub(super) const fn get(summary: &'static str, shape: &'static str) -> Operation {
        Operation::new(summary, Answer::Ok(shape))
    }

    /// A GET of a page of these.
    pub(super) const fn list(summary: &'static str, shape: &'static str) -> Operation {
        Operation { query: PAGING, ..Operation::new(summary, Answer::List(shape)) }
    }

    /// A POST that makes something, which may be in the way of something else.
    pub(super) const fn create(summary: &'static str, body: &'static str, shape: &'static str) -> Operation {
        Operation {
            body: Body::Required(body),
            refusals: &[409],
            ..Operation::new(summary, Answer::Created(shape))
        }
    }

    /// A change that answers what came of it.
    pub(super) const fn change(summary: &'static str, body: Body, shape: &'static str) -> Operation {
        Operation { body, refusals: &[409], ..Operation::new(summary, Answer::Ok(shape)) }
    }

    /// A DELETE.
    pub(super) const fn delete(summary: &'static str) -> Operation {
        Operation { refusals: &[409], ..Operation::new(summary, Answer::NoContent) }
    }

    /// The same with these query parameters.
    pub(super) const fn asked_by(self, query: &'static [Parameter]) -> Operation {
        Operation { query, ..self }
    }

    /// The same with versions.
    pub(super) const fn versioned(self) -> Operation {
        Operation { versioned: true, ..self }
    }

    /// Refuses what no handler reads: query parameters that the route does not take or that are there twice, and a body
    /// that is not JSON by its own words.
    ///
    /// # Errors
    /// `InvalidValue` naming the parameter; `UnsupportedMediaType`.
    pub fn check(&self, call: &Call) -> Result<()> {
        let mut seen: Vec<&str> = Vec::new();
        for (name, _) in &call.query.0 {
            let Some(known) = self.query.iter().find(|known| known.name.eq_ignore_ascii_case(name)) else {
                return Err(Error::invalid_value(format!(
                    "{name}: there is no such query parameter here. {}",
                    self.known_parameters()
                ))
                .at(name));
            };
            if seen.contains(&known.name) {
                let detail =
                    format!("{name}: it is there twice, so that either could be meant. Send it once.");
                return Err(Error::invalid_value(detail).at(name));
            }
            seen.push(known.name);
        }
        self.check_media_type(call)
    }

    fn known_parameters(&self) -> String {
        let names: Vec<&str> = self.query.iter().map(|known| known.name).collect();
        if names.is_empty() {
            "None is known.".to_owned()
        } else {
            format!("Known are {}.", names.join(", "))
        }
    }

    /// A body of another media type is not what it is taken for; one that does not say is read as JSON.
    fn check_media_type(&self, call: &Call) -> Result<()> {
        let Some(sent) = call.header("content-type").filter(|_| self.body != Body::None) else {
            return Ok(());
        };
        let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if call.body.is_empty() || essence == "application/json" || essence.ends_with("+json") {
            return Ok(());
        }
        Err(Error::new(
            Kind::UnsupportedMediaType,
            format!("Content-Type: it is \"{sent}\"; application/json is expected."),
        ))
    }

    /// The same with further refusals.
    pub(super) const fn refusing(self, refusals: &'static [u16]) -> Operation {
        Operation { refusals, ..self }
    }
}
