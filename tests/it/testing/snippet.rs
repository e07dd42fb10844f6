use rollcall::testing::{Appliance, Fault};

// Your client: here one request that is tried again as long as the server asks for patience.
fn push(base: &str, token: &str, name: &str) -> u16 {
    let agent =
        ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
    loop {
        let user = serde_json::json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name,
        });
        let request = agent.post(format!("{base}/Users")).header("Authorization", format!("Bearer {token}"));
        let status = request.send_json(&user).unwrap().status().as_u16();
        if status != 503 {
            return status;
        }
    }
}

#[test]
fn a_push_is_tried_again_when_the_server_is_busy() {
    let rollcall = Appliance::builder().deterministic(true).start().unwrap();
    rollcall.arm(Fault::status(503).retry_after(1).on("POST", "/Users"), 2);

    assert_eq!(push(rollcall.scim_base_url(), rollcall.scim_token(), "jane@example.com"), 201);

    let journal = rollcall.journal();
    let statuses: Vec<Option<u16>> = journal.iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [Some(503), Some(503), Some(201)]);
    assert_eq!(journal[2].json()["userName"], "jane@example.com");
    rollcall.reset().unwrap(); // nobody is there any more; tokens and addresses stay
}
