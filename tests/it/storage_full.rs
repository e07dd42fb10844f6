//! A disk without room: 507, nothing half-applied, nothing acknowledged is lost, and all is well when there is room again.

use std::collections::BTreeSet;

use serde_json::json;

use crate::common::DurableServer;

#[test]
fn without_room_writes_are_507_reads_go_on_and_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = DurableServer::start_with_small_files(folder.path(), 1_500);
    let outcomes: Vec<(String, u16)> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let client = server.scim.copy();
                scope.spawn(move || {
                    let mut outcomes = Vec::new();
                    for number in 0..400 {
                        let name = format!("w{writer}-{number}@example.com");
                        let user = json!({"userName": name, "title": "x".repeat(2_000)});
                        let status = client.post("/Users", user).status;
                        outcomes.push((name, status));
                        if status != 201 && number > 20 {
                            break;
                        }
                    }
                    outcomes
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let of = |status: u16| -> BTreeSet<&str> {
        outcomes.iter().filter(|(_, found)| *found == status).map(|(name, _)| name.as_str()).collect()
    };
    let (created, refused) = (of(201), of(507));
    assert!(created.len() > 20, "{} created", created.len());
    assert!(refused.len() >= 4 && created.len() + refused.len() == outcomes.len(), "{outcomes:?}");
    server.scim.get("/Users?count=1").expect(200);

    server.restart();
    let mut stored = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let page = server.scim.get(format!("/Users?attributes=userName&cursor={cursor}")).expect(200).json;
        let users = page["Resources"].as_array().unwrap();
        stored.extend(users.iter().map(|user| user["userName"].as_str().unwrap().to_owned()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let stored: BTreeSet<&str> = stored.iter().map(String::as_str).collect();
    assert_eq!(stored, created, "what was acknowledged, and nothing else, is there");
    server.user("after");
    assert_eq!(server.rollcall(&["check"]).code, Some(0));
}
