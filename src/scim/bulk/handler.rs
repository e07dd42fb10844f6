//! The route: limits, one transaction, the answer.

use std::collections::HashMap;

use rouille::Response;

use super::request::BulkRequest;
use super::result::bulk_response;
use super::run::Run;
use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::scim::body;
use crate::scim::errors::respond;
use crate::scim::service::{Job, Scim, log_notes};

/// `POST /Bulk`
pub fn process(scim: &Scim, call: &Call) -> Result<Response> {
    check_size(call.body.len(), scim.settings.bulk_bytes)?;
    let body = body::json(scim, call)?;
    let request = BulkRequest::parse(body, scim.settings.bulk_operations, scim.schemas.tolerance())?;
    log_notes(call.log.as_deref(), &request.notes);
    let (organization, cause, base) = (scim.organization(call)?.id, scim.cause(call), scim.base(call));
    let (owned, owned_base) = (scim.clone(), base.clone());
    let log = call.log.clone();
    let outcomes = scim.write(call, Job::Large, move |tx| {
        let mut run =
            Run { scim: &owned, organization, cause, log, base: &owned_base, created: HashMap::new() };
        let outcomes = run.all(tx, request)?;
        run.remark_on(&outcomes);
        Ok((200, outcomes))
    })?;
    Ok(respond(200, &bulk_response(outcomes, &base, &call.request_id)))
}

fn check_size(found: usize, most: usize) -> Result<()> {
    if found <= most {
        return Ok(());
    }
    Err(Error::new(
        Kind::TooLarge,
        format!(
            "The body has {found} bytes, more than maxPayloadSize ({most}) allows. Nothing was changed; send the operations \
             in several requests."
        ),
    ))
}
