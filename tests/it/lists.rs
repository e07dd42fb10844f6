//! Lists: paging by index (RFC 7644 §3.4.2.4) with the decisions of scim.md, "Lists".

use serde_json::{Value, json};

use crate::common::Server;

/// A server whose pages hold at most four, with ten users in the order of creation.
fn server_with_ten_users() -> (Server, Vec<String>) {
    let server = Server::start_with("[server.limits]\npage_size = 4\n");
    let ids = (0..10).map(|number| server.user(&format!("user{number}"))).collect();
    (server, ids)
}

#[track_caller]
fn page(server: &Server, query: &str) -> (Value, Vec<String>) {
    let list = server.scim.get(format!("/Users?{query}")).expect(200).json;
    assert_eq!(list["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    let resources = list["Resources"].as_array().cloned().unwrap_or_default();
    assert_eq!(list["itemsPerPage"].as_u64(), Some(resources.len() as u64), "{list}");
    let ids = resources.iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect();
    (list, ids)
}

#[test]
fn pages_follow_each_other_in_the_order_of_creation_without_gap_or_overlap() {
    let (server, ids) = server_with_ten_users();
    let mut seen = Vec::new();
    for start in [1, 4, 7, 10] {
        let (list, part) = page(&server, &format!("startIndex={start}&count=3"));
        assert_eq!((&list["totalResults"], &list["startIndex"]), (&json!(10), &json!(start)));
        seen.extend(part);
    }
    assert_eq!(seen, ids);
}

#[test]
fn a_start_index_below_one_is_one() {
    let (server, ids) = server_with_ten_users();
    for start in ["0", "-3"] {
        let (list, part) = page(&server, &format!("startIndex={start}&count=2"));
        assert_eq!(list["startIndex"], 1);
        assert_eq!(part, ids[..2]);
    }
}

#[test]
fn a_start_index_beyond_the_end_gives_an_empty_page_with_the_total() {
    let (server, _) = server_with_ten_users();
    let (list, part) = page(&server, "startIndex=11&count=3");
    assert_eq!(list["totalResults"], 10);
    assert!(part.is_empty());
}

#[test]
fn count_zero_or_negative_gives_only_the_total() {
    let (server, _) = server_with_ten_users();
    for count in ["0", "-2"] {
        let (list, part) = page(&server, &format!("count={count}"));
        assert_eq!(list["totalResults"], 10, "count={count}");
        assert!(part.is_empty(), "count={count}");
    }
}

#[test]
fn no_count_minus_one_and_a_count_above_the_limit_give_as_many_as_allowed() {
    let (server, ids) = server_with_ten_users();
    let beyond_64_bits = "startIndex=-99999999999999999999&count=99999999999999999999";
    for query in ["", "count=-1", "count=1000", "COUNT=5", "count=4", beyond_64_bits] {
        let (list, part) = page(&server, query);
        assert_eq!(list["totalResults"], 10, "{query}");
        assert_eq!(part, ids[..4], "{query}");
    }
}

#[test]
fn a_count_that_is_no_number_is_refused() {
    let (server, _) = server_with_ten_users();
    for query in ["count=many", "startIndex=first", "count=1.5"] {
        let detail = server.scim.get(format!("/Users?{query}")).expect_scim_error(400, Some("invalidValue"));
        assert!(detail.contains(query.split('=').next().unwrap()), "{detail}");
    }
}

#[test]
fn a_filter_counts_only_what_it_selects() {
    let (server, ids) = server_with_ten_users();
    let filter = "filter=userName%20eq%20%22user7%40example.com%22";
    let (list, part) = page(&server, &format!("{filter}&startIndex=1&count=100"));
    assert_eq!(list["totalResults"], 1);
    assert_eq!(part, ids[7..8]);
    let (list, part) = page(&server, &format!("{filter}&count=0"));
    assert_eq!(list["totalResults"], 1);
    assert!(part.is_empty());
}

#[test]
fn deleted_users_are_not_counted_and_inactive_ones_are() {
    let (server, ids) = server_with_ten_users();
    server.delete_user(&ids[0]);
    server.patch_user(&ids[1], json!([{"op": "replace", "path": "active", "value": false}])).expect(200);
    let (list, part) = page(&server, "count=2");
    assert_eq!(list["totalResults"], 9);
    assert_eq!(part, ids[1..3]);
}

#[test]
fn a_cursor_of_one_kind_of_resource_is_refused_for_another_rfc_9865() {
    let (server, _) = server_with_ten_users();
    let page = server.scim.get("/Users?cursor=&count=2").expect(200).json;
    let cursor = page["nextCursor"].as_str().unwrap();
    server.scim.get(format!("/Users?count=2&cursor={cursor}")).expect(200);
    server.scim.get(format!("/Groups?count=2&cursor={cursor}")).expect_scim_error(400, Some("invalidCursor"));
}

#[test]
fn groups_page_in_the_same_way() {
    let server = Server::start_with("[server.limits]\npage_size = 4\n");
    let ids: Vec<String> = (0..6).map(|number| server.group(&format!("group {number}"), &[])).collect();
    let expected = json!({"totalResults": 6, "startIndex": 5, "itemsPerPage": 2,
        "Resources": [{"id": ids[4]}, {"id": ids[5]}]});
    server.scim.get("/Groups?startIndex=5&count=1000").expect_body(200, expected);
}

#[test]
fn members_can_be_left_out_of_a_list_and_of_one_group() {
    let server = Server::start();
    let group = server.group("Sales", &[&server.user("ann")]);
    for target in [
        "/Groups?excludedAttributes=members&filter=displayName%20eq%20%22Sales%22".to_owned(),
        format!("/Groups/{group}?excludedAttributes=members"),
    ] {
        let answer = server.scim.get(target).expect(200);
        assert!(answer.text.contains("Sales") && !answer.text.contains("\"members\""), "{}", answer.text);
    }
}
