//! Just enough of Rust's lexical structure to tell code from comments and texts.

/// A word, `::`, or a single other character, and its line.
#[derive(Debug)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// The tokens of the code in `source`: none of comments, texts and characters.
pub fn tokens_of(source: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (index, line) in code_of(source).lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let length = match rest {
                _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                _ if rest.starts_with("::") => 2,
                _ => first.len_utf8(),
            };
            tokens.push(Token { text: rest[..length].to_owned(), line: index + 1 });
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

/// The source with comments, texts and characters taken out, line by line as it was.
fn code_of(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let is_inside_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = passage(rest, is_inside_word);
        let (skipped, after) = rest.split_at(length.unwrap_or(first.len_utf8()));
        match length {
            Some(_) => code.extend(skipped.chars().filter(|c| *c == '\n').chain([' '])),
            None => code.push(first),
        }
        rest = after;
    }
    code
}

/// The length of the comment, text or character that `rest` begins with, if it begins with one.
fn passage(rest: &str, is_inside_word: bool) -> Option<usize> {
    let until =
        |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    if let Some(raw) = rest.strip_prefix("br").or(rest.strip_prefix('r')).filter(|_| !is_inside_word) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let opening = rest.len() - raw.len() + hashes + 1;
        if raw[hashes..].starts_with('"') {
            return Some(until(opening, &format!("\"{}", "#".repeat(hashes))));
        }
    }
    if rest.starts_with('"') {
        return Some(quoted(rest, '"'));
    }
    let mut letters = rest.strip_prefix('\'')?.chars();
    let is_character = matches!((letters.next(), letters.next()), (Some('\\'), _) | (Some(_), Some('\'')));
    // Otherwise it is a lifetime.
    is_character.then(|| quoted(rest, '\''))
}

/// The length of a quoted passage whose quotes may be escaped.
fn quoted(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a block comment, with those inside it.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}
