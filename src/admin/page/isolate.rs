//! Names that others chose, kept from reordering or hiding the words around them.
//!
//! While a template is rendered, each value that could is marked ([`mark`]). When the page is whole, the marks become what
//! their place allows ([`settle`]): an element in text, Unicode's isolates in attributes that are read, and nothing in
//! those that are sent back, where the value must stay what it is.

use std::borrow::Cow;
use std::fmt::Write;

use minijinja::{Error, Output, State, Value, escape_formatter};

/// Around a marked value: noncharacters, which are in no text.
const BEGIN: char = '\u{fdd0}';
const END: char = '\u{fdd1}';

/// Attributes that are read to somebody.
const READ: [&str; 4] = ["aria-label", "data-confirm", "placeholder", "title"];
/// Elements that can hold text only.
const TEXT_ONLY: [&str; 2] = ["title", "option"];

/// Writes a value escaped, as minijinja does, and marks one that could reorder or hide what is around it.
pub(super) fn mark(out: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = value.as_str().filter(|text| !value.is_safe() && text.chars().any(needs_care));
    let Some(text) = text else { return escape_formatter(out, state, value) };
    let text: Cow<'_, str> = match text.contains([BEGIN, END]) {
        true => text.replace([BEGIN, END], "\u{fffd}").into(),
        false => text.into(),
    };
    out.write_char(BEGIN)?;
    escape_formatter(out, state, &Value::from(text.as_ref()))?;
    Ok(out.write_char(END)?)
}

/// A page without marks.
pub(super) fn settle(html: &str) -> String {
    let mut page = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        page.push_str(before);
        let (value, next) = after.split_once(END).unwrap_or((after, ""));
        match Place::after(&page) {
            Place::Text => {
                let shown = visible(value, |code| format!("<span class=\"control\">{code}</span>"));
                page.extend(["<bdi>", &shown, "</bdi>"]);
            }
            Place::Read => {
                page.extend(["\u{2068}", &visible(value, |code| format!("[{code}]")), "\u{2069}"]);
            }
            Place::Sent => page.push_str(value),
        }
        rest = next;
    }
    page.push_str(rest);
    page
}

/// Where a value stands.
enum Place {
    Text,
    Read,
    Sent,
}

impl Place {
    /// The place at the end of a part of a page; what is shown is escaped, so that every `<` begins a tag.
    fn after(page: &str) -> Place {
        let (_, tag) = page.rsplit_once('<').unwrap_or_default();
        let is_read = match tag.split_once('>') {
            Some((name, _)) => TEXT_ONLY.iter().any(|only| name.starts_with(only)),
            None => {
                let name = tag.rsplit_once("=\"").and_then(|(before, _)| before.split_whitespace().last());
                match name {
                    Some(name) if READ.contains(&name) => true,
                    _ => return Place::Sent,
                }
            }
        };
        if is_read { Place::Read } else { Place::Text }
    }
}

/// Text in which what cannot be seen is shown by its code.
fn visible(text: &str, show: impl Fn(String) -> String) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match is_hidden(c) {
            true => shown.push_str(&show(format!("U+{:04X}", u32::from(c)))),
            false => shown.push(c),
        }
    }
    shown
}

fn needs_care(c: char) -> bool {
    is_hidden(c) || is_right_to_left(c)
}

/// Control characters, those that steer the direction of text, and some that take no room.
fn is_hidden(c: char) -> bool {
    let is_line = matches!(c, '\n' | '\r' | '\t');
    (c.is_control() && !is_line)
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Blocks of scripts that are written from the right.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}')
        || matches!(c, '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use minijinja::{Environment, context};

    use super::*;

    fn rendered(template: &str, name: &str) -> String {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        environment.set_formatter(mark);
        settle(&environment.render_str(template, context! { name }).unwrap())
    }

    #[test]
    fn a_name_that_reorders_text_is_isolated_and_its_control_characters_are_shown() {
        let name = "safe\u{202e}gnp.exe";
        assert_eq!(
            rendered("<p>The group {{ name }}: gone</p>", name),
            "<p>The group <bdi>safe<span class=\"control\">U+202E</span>gnp.exe</bdi>: gone</p>"
        );
        for attribute in ["data-confirm", "aria-label", "placeholder"] {
            let template = format!("<button class=\"x\" {attribute}=\"Remove {{{{ name }}}}?\">");
            let expected = format!("{attribute}=\"Remove \u{2068}safe[U+202E]gnp.exe\u{2069}?\"");
            assert!(rendered(&template, name).contains(&expected), "{}", rendered(&template, name));
        }
        assert_eq!(
            rendered("<title>{{ name }}</title>", name),
            "<title>\u{2068}safe[U+202E]gnp.exe\u{2069}</title>"
        );
    }

    #[test]
    fn what_a_form_sends_back_stays_what_it_is() {
        let name = "\u{5d0}\u{202e}\u{7f}";
        assert_eq!(
            rendered("<input name=\"n\" value=\"{{ name }}\">", name),
            format!("<input name=\"n\" value=\"{name}\">")
        );
        assert_eq!(rendered("<a data-copy=\"{{ name }}\">", name), format!("<a data-copy=\"{name}\">"));
    }

    #[test]
    fn other_names_are_as_they_were_and_nothing_escapes_its_escaping() {
        assert_eq!(rendered("<b>{{ name }}</b>", "Ventes été"), "<b>Ventes été</b>");
        assert_eq!(rendered("<b>{{ name }}</b>", "\u{5d0}<i>"), "<b><bdi>\u{5d0}&lt;i&gt;</bdi></b>");
        let forged = rendered("<b>{{ name }}</b>", "\u{fdd1}<i>\u{fdd0}");
        assert_eq!(forged, "<b><bdi>\u{fffd}&lt;i&gt;\u{fffd}</bdi></b>");
    }
}
