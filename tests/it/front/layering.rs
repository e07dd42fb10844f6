//! The front is the only asynchronous code of the program.

use std::path::Path;

#[test]
fn asynchronous_code_is_found_in_the_front_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let front = source.join("http/front");
    let mut folders = vec![source];
    let mut offences = vec![];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && path != front {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                offences.extend(asynchronous_lines(&text).map(|line| format!("{}: {line}", path.display())));
            }
        }
    }
    assert_eq!(offences, [""; 0]);
    assert_eq!(
        asynchronous_lines("// async\nasync fn f() {}\nlet asynchronous = 1;\nuse tokio::net;").count(),
        2
    );
}

/// Lines of code, not comments, with one of the words that only the front may use.
fn asynchronous_lines(text: &str) -> impl Iterator<Item = &str> {
    const WORDS: [&str; 4] = ["async", "await", "hyper", "tokio"];
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.filter(|line| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| WORDS.contains(&word))
    })
}
