//! What identity providers send, as the beginnings of inputs.

use std::path::Path;

use serde_json::Value;

use crate::common::{files_in, read};

/// All requests of `tests/it/idp`: method, target, headers, body.
fn requests() -> Vec<Value> {
    let folders = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/idp")).unwrap();
    let mut names: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let files = names.iter().flat_map(|name| files_in(&format!("idp/{name}")));
    let found: Vec<Value> = files.filter_map(|file| read::<Value>(&file).get("request").cloned()).collect();
    assert!(found.len() > 100, "{} requests", found.len());
    found
}

fn bodies() -> impl Iterator<Item = Value> {
    requests().into_iter().filter_map(|request| request.get("body").cloned())
}

fn bytes(texts: impl IntoIterator<Item = String>) -> Vec<Vec<u8>> {
    texts.into_iter().map(String::into_bytes).collect()
}

/// Paths with queries.
pub fn targets() -> Vec<Vec<u8>> {
    bytes(requests().iter().filter_map(|request| Some(request["target"].as_str()?.to_owned())))
}

/// Filters of queries, and some that no provider sends.
pub fn filters() -> Vec<Vec<u8>> {
    let of_queries = requests().into_iter().filter_map(|request| {
        let target = rollcall::http::target::Target::parse(request["target"].as_str()?).ok()?;
        target.query.get("filter").map(str::to_owned)
    });
    let rare = [
        "userName eq \"a\" and not (emails[type eq \"work\" and value co \"x\"] or title pr)",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"1\"",
        "meta.lastModified gt \"2026-01-01T00:00:00Z\" or active eq true or name.familyName sw \"\\u00e9\\\"\"",
    ];
    bytes(of_queries.chain(rare.map(str::to_owned)))
}

/// Paths of PATCH operations.
pub fn paths() -> Vec<Vec<u8>> {
    let operations = bodies().filter_map(|body| body.get("Operations").and_then(Value::as_array).cloned());
    let of_operations =
        operations.flatten().filter_map(|operation| Some(operation.get("path")?.as_str()?.to_owned()));
    let rare =
        ["emails[type eq \"work\" and primary eq true].value", "members[value eq \"1\"]", "a.b", "urn:x:y:z"];
    bytes(of_operations.chain(rare.map(str::to_owned)))
}

/// PATCH bodies.
pub fn patches() -> Vec<Vec<u8>> {
    bytes(bodies().filter(|body| body.get("Operations").is_some()).map(|body| body.to_string()))
}

/// Users and groups.
pub fn resources() -> Vec<Vec<u8>> {
    let is_resource = |body: &Value| body.get("userName").or(body.get("displayName")).is_some();
    bytes(bodies().filter(is_resource).map(|body| body.to_string()))
}

/// Forms of the admin page, and queries, which are written alike.
pub fn forms() -> Vec<Vec<u8>> {
    let queries = targets().into_iter().filter_map(|target| {
        target.iter().position(|byte| *byte == b'?').map(|mark| target[mark + 1..].to_vec())
    });
    let pages = [
        "name=Ren%C3%A9e+B&password=a%26b%3Dc&csrf=0123456789abcdef&next=%2Fadmin%2Forganizations%2Fdefault",
        "kind=regex&pattern=%5E%28%3F%3Ci%3Eteam%29-%2B&exclude=&target_type=team&auto_approve=on&priority=10",
        "group=0193&group=0194&group=&target=new&target_name=%F0%9F%8E%AB&decision",
    ];
    queries.chain(pages.map(|page| page.as_bytes().to_vec())).collect()
}

/// Whole requests as they go over the wire, also two at once and in chunks.
pub fn messages() -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> = requests()
        .into_iter()
        .map(|request| {
            let body = request.get("body").map(Value::to_string).unwrap_or_default();
            let (method, target) = (request["method"].as_str().unwrap(), request["target"].as_str().unwrap());
            format!("{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        })
        .map(String::into_bytes)
        .collect();
    let chunked = "POST /Users HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n0\r\nT: t\r\n\r\n";
    messages.push(chunked.into());
    messages.push([chunked.as_bytes(), &messages[0].clone(), chunked.as_bytes()].concat());
    messages
}
