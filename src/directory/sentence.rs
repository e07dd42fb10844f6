//! A sentence in parts, so that a page can show names, instants and requests in its own way; as text for everybody else.

use std::fmt;

use crate::model::time::Timestamp;

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Words of ours.
    Words(String),
    /// A name or a pattern, which somebody else chose.
    Name(String),
    /// An instant.
    At(Timestamp),
    /// The id of a request.
    Request(String),
    /// Whoever is behind a change, by the name in history.
    Actor(String),
}

/// Parts in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence(pub Vec<Part>);

impl Sentence {
    /// Adds words, a part, or another sentence to the end.
    pub(super) fn add(&mut self, more: impl Into<Sentence>) {
        self.0.extend(more.into().0);
    }

    /// Several joined by `between`.
    pub(super) fn joined(sentences: Vec<Sentence>, between: &str) -> Sentence {
        let mut whole = Sentence::default();
        for (index, sentence) in sentences.into_iter().enumerate() {
            if index > 0 {
                whole.add(between);
            }
            whole.add(sentence);
        }
        whole
    }
}

/// `say!("the group \"", Part::Name(name), "\"")`
macro_rules! say {
    ($($part:expr),* $(,)?) => {{
        let mut sentence = $crate::directory::sentence::Sentence::default();
        $(sentence.add($part);)*
        sentence
    }};
}
pub(super) use say;

impl From<Part> for Sentence {
    fn from(part: Part) -> Sentence {
        Sentence(vec![part])
    }
}

impl From<&str> for Sentence {
    fn from(words: &str) -> Sentence {
        words.to_owned().into()
    }
}

impl From<String> for Sentence {
    fn from(words: String) -> Sentence {
        if words.is_empty() { Sentence::default() } else { Part::Words(words).into() }
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Words(text) | Part::Name(text) | Part::Request(text) | Part::Actor(text) => {
                f.write_str(text)
            }
            Part::At(at) => {
                let text = at.to_string();
                let minutes = text.split_at_checked(16).map_or(text.as_str(), |(minutes, _)| minutes);
                write!(f, "{} UTC", minutes.replacen('T', " ", 1))
            }
        })
    }
}
