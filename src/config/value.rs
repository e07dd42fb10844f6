//! The kinds of values that a key can have: how one is read, what it expects, how it is shown.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::raw::Raw;

/// A place for a value, held by a key.
pub(super) trait Value {
    /// What should have been written, for the end of "expected ...".
    fn expected(&self) -> String;

    /// Takes what was written. `None` leaves the place as it was: the value is of the wrong type or not allowed.
    fn set(&mut self, raw: Raw<'_>) -> Option<()>;

    /// The value as the file would have it.
    fn show(&self) -> toml::Value;
}

/// `true` or `false`.
pub(super) struct Flag<'c>(pub &'c mut bool);

impl Value for Flag<'_> {
    fn expected(&self) -> String {
        "true or false".to_owned()
    }

    fn set(&mut self, raw: Raw<'_>) -> Option<()> {
        *self.0 = raw.boolean()?;
        Some(())
    }

    fn show(&self) -> toml::Value {
        toml::Value::Boolean(*self.0)
    }
}

/// An integer type of a setting.
pub(super) trait Integer: Copy + Display + PartialOrd + TryFrom<i64> + TryInto<i64> {}

impl<T: Copy + Display + PartialOrd + TryFrom<i64> + TryInto<i64>> Integer for T {}

/// A whole number within bounds.
pub(super) struct Number<'c, T>(pub &'c mut T, pub RangeInclusive<T>);

impl<T: Integer> Value for Number<'_, T> {
    fn expected(&self) -> String {
        format!("a whole number from {} to {}", self.1.start(), self.1.end())
    }

    fn set(&mut self, raw: Raw<'_>) -> Option<()> {
        *self.0 = within(raw, &self.1)?;
        Some(())
    }

    fn show(&self) -> toml::Value {
        integer(*self.0)
    }
}

/// A whole number from 1 to a bound, or 0, which is a meaning of its own.
pub(super) struct NumberOrZero<'c, T> {
    /// `None` is 0.
    pub place: &'c mut Option<T>,
    /// The largest.
    pub most: T,
    /// What 0 means, for "or 0 for ...".
    pub zero: &'static str,
}

impl<T: Integer + From<u8>> Value for NumberOrZero<'_, T> {
    fn expected(&self) -> String {
        format!("a whole number from 1 to {}, or 0 for {}", self.most, self.zero)
    }

    fn set(&mut self, raw: Raw<'_>) -> Option<()> {
        let number = within(raw, &(T::from(0)..=self.most))?;
        *self.place = Some(number).filter(|number| *number != T::from(0));
        Some(())
    }

    fn show(&self) -> toml::Value {
        self.place.map_or(toml::Value::Integer(0), integer)
    }
}

/// The number in `raw`, if `range` has it.
fn within<T: Integer>(raw: Raw<'_>, range: &RangeInclusive<T>) -> Option<T> {
    T::try_from(raw.integer()?).ok().filter(|number| range.contains(number))
}

/// A number for the file; bounds keep every setting within it.
fn integer<T: Integer>(number: T) -> toml::Value {
    toml::Value::Integer(number.try_into().unwrap_or(i64::MAX))
}

/// One of a few words.
pub(super) trait Word: Copy + PartialEq + 'static {
    /// All of them, each with the word for it.
    const WORDS: &'static [(&'static str, Self)];
}

/// A place for a [`Word`].
pub(super) struct Choice<'c, T>(pub &'c mut T);

impl<T: Word> Value for Choice<'_, T> {
    fn expected(&self) -> String {
        let words: Vec<String> = T::WORDS.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        format!("one of {}", words.join(", "))
    }

    fn set(&mut self, raw: Raw<'_>) -> Option<()> {
        let text = raw.text()?;
        *self.0 = T::WORDS.iter().find(|(word, _)| *word == text)?.1;
        Some(())
    }

    fn show(&self) -> toml::Value {
        let word = T::WORDS.iter().find(|(_, value)| value == self.0).map_or("", |(word, _)| word);
        toml::Value::String(word.to_owned())
    }
}

/// What is written as a text and checked when it is read.
pub(super) trait Text: Sized {
    /// What should have been written.
    const EXPECTED: &'static str;

    /// Reads it; `None` when it is not one.
    fn read(text: &str) -> Option<Self>;

    /// The text that reads back as the same value.
    fn write(&self) -> String;
}

/// A place for a [`Text`].
pub(super) struct Line<'c, T>(pub &'c mut T);

impl<T: Text> Value for Line<'_, T> {
    fn expected(&self) -> String {
        T::EXPECTED.to_owned()
    }

    fn set(&mut self, raw: Raw<'_>) -> Option<()> {
        *self.0 = T::read(raw.text()?)?;
        Some(())
    }

    fn show(&self) -> toml::Value {
        toml::Value::String(self.0.write())
    }
}

/// A place for a [`Text`] that may be missing: TOML has no null, so that is the empty text.
pub(super) struct OptionalLine<'c, T>(pub &'c mut Option<T>);

impl<T: Text> Value for OptionalLine<'_, T> {
    fn expected(&self) -> String {
        format!("{}, or \"\" for none", T::EXPECTED)
    }

    fn set(&mut self, raw: Raw<'_>) -> Option<()> {
        *self.0 = match raw.text()? {
            "" => None,
            text => Some(T::read(text)?),
        };
        Some(())
    }

    fn show(&self) -> toml::Value {
        toml::Value::String(self.0.as_ref().map(T::write).unwrap_or_default())
    }
}

/// A place for a list of [`Text`]s.
pub(super) struct Lines<'c, T>(pub &'c mut Vec<T>);

impl<T: Text> Value for Lines<'_, T> {
    fn expected(&self) -> String {
        format!("a list, each item {}", T::EXPECTED)
    }

    fn set(&mut self, raw: Raw<'_>) -> Option<()> {
        *self.0 = raw.texts()?.into_iter().map(T::read).collect::<Option<Vec<T>>>()?;
        Some(())
    }

    fn show(&self) -> toml::Value {
        toml::Value::Array(self.0.iter().map(|item| toml::Value::String(item.write())).collect())
    }
}

impl Text for String {
    const EXPECTED: &'static str = "a text";

    fn read(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn write(&self) -> String {
        self.clone()
    }
}

impl Text for SocketAddr {
    const EXPECTED: &'static str =
        "an IP address and a port, such as \"127.0.0.1:8080\", \"0.0.0.0:443\" or \"[::1]:8080\"";

    fn read(text: &str) -> Option<SocketAddr> {
        text.parse().ok()
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Text for PathBuf {
    const EXPECTED: &'static str = "the path of a file";

    /// SQLite would take `:memory:` and lose everything at the end; that is what `serve --ephemeral` is for.
    fn read(text: &str) -> Option<PathBuf> {
        let is_file = !text.is_empty() && text != ":memory:" && !text.contains('\0');
        is_file.then(|| PathBuf::from(text))
    }

    fn write(&self) -> String {
        self.to_string_lossy().into_owned()
    }
}
