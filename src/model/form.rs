//! Forms as browsers send them: `application/x-www-form-urlencoded`, decoded once and strictly.

use std::fmt;

use crate::model::error::{Error, Kind, Result};

/// The fields of a form, in order. They may hold a password: debugging shows the names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Decodes a body.
    ///
    /// # Errors
    /// `InvalidSyntax` where it is not UTF-8, or a percent sign stands alone.
    pub fn parse(body: &[u8]) -> Result<Form> {
        let fields = body.split(|byte| *byte == b'&').filter(|field| !field.is_empty());
        let fields = fields.map(|field| {
            let mut parts = field.splitn(2, |byte| *byte == b'=');
            let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            Some((decode(name)?, decode(value)?))
        });
        fields.collect::<Option<Vec<_>>>().map(Form).ok_or_else(|| {
            Error::new(
                Kind::InvalidSyntax,
                "The form is not what browsers send (application/x-www-form-urlencoded, in UTF-8). Go back and send it \
                 again.",
            )
        })
    }

    /// The first value of a field; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of a field: a list of boxes that are ticked.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

fn decode(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(*byte).to_digit(16));
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_once() {
        let form = Form::parse(b"name=Ren%C3%A9e+B&next=%2Fadmin%3Fa%3D1&box=1&box=2&&empty=&flag").unwrap();
        assert_eq!((form.get("name"), form.get("next")), ("Ren\u{e9}e B", "/admin?a=1"));
        assert_eq!(form.all("box").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((form.get("empty"), form.get("flag"), form.get("none")), ("", "", ""));
        assert_eq!(Form::parse(b"a=%2525").unwrap().get("a"), "%25");
        assert_eq!(Form::parse(b"").unwrap(), Form::default());
    }

    #[test]
    fn what_is_not_utf_8_or_cut_off_is_refused() {
        for body in [&b"a=%FF"[..], b"a=%2", b"a=%zz", b"\xff=1"] {
            assert_eq!(Form::parse(body).unwrap_err().kind, Kind::InvalidSyntax);
        }
    }

    #[test]
    fn debugging_shows_no_value() {
        assert_eq!(format!("{:?}", Form::parse(b"password=secret").unwrap()), "[\"password\"]");
    }
}
