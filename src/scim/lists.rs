//! Lists of resources (RFC 7644 §3.4.2 and §3.4.3), by number or by cursor (RFC 9865).

use rouille::Response;
use serde_json::Value;

use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::filter::{Filter, Sort};
use crate::model::id::OrganizationId;
use crate::scim::body;
use crate::scim::cursor::Cursor;
use crate::scim::deviations::Notes;
use crate::scim::errors::respond_text;
use crate::scim::filter::{Reach, Resolver, parse_filter};
use crate::scim::projection::Projection;
use crate::scim::queries::{PageWanted, Search};
use crate::scim::resources::View;
use crate::scim::schema::ResourceKind;
use crate::scim::service::{Scim, log_notes};
use crate::store::{Db, From, ListQuery, Listed, Position, Wanted};

/// The most bytes of resources in one answer.
const PAGE_BYTES: usize = 32 << 20;

/// `GET /Users`
pub fn users(scim: &Scim, call: &Call) -> Result<Response> {
    list(scim, call, &[ResourceKind::User], asked_in_query)
}

/// `GET /Groups`
pub fn groups(scim: &Scim, call: &Call) -> Result<Response> {
    list(scim, call, &[ResourceKind::Group], asked_in_query)
}

/// `POST /Users/.search`
pub fn search_users(scim: &Scim, call: &Call) -> Result<Response> {
    list(scim, call, &[ResourceKind::User], asked_in_body)
}

/// `POST /Groups/.search`
pub fn search_groups(scim: &Scim, call: &Call) -> Result<Response> {
    list(scim, call, &[ResourceKind::Group], asked_in_body)
}

/// `POST /.search`: through users and groups.
pub fn search_all(scim: &Scim, call: &Call) -> Result<Response> {
    list(scim, call, &[ResourceKind::User, ResourceKind::Group], asked_in_body)
}

fn asked_in_query(scim: &Scim, call: &Call, notes: &mut Notes) -> Result<Search> {
    Search::from_query(call, scim.schemas.tolerance(), notes)
}

fn asked_in_body(scim: &Scim, call: &Call, notes: &mut Notes) -> Result<Search> {
    Search::from_body(body::json(scim, call)?, scim.schemas.tolerance(), notes)
}

/// A search whose names are looked up, for one kind of resource.
struct Part {
    kind: ResourceKind,
    filter: Option<Filter>,
    sort: Option<Sort>,
    projection: Projection,
}

impl Part {
    fn new(
        scim: &Scim,
        kind: ResourceKind,
        reach: Reach,
        search: &Search,
        notes: &mut Notes,
    ) -> Result<Part> {
        let projection = Projection::parse(&scim.schemas, kind, &search.attributes, &search.excluded, notes)?;
        let parsed = match &search.filter {
            Some(text) => Some(parse_filter(text, &scim.settings.filter, scim.schemas.tolerance(), notes)?),
            None => None,
        };
        let mut resolver = Resolver { schemas: &scim.schemas, kind, reach, notes };
        let filter = parsed.map(|parsed| resolver.filter(&parsed)).transpose()?;
        let sort = match &search.sort_by {
            Some(sort_by) => Some(resolver.sort(sort_by, search.descending)?),
            None => None,
        };
        Ok(Part { kind, filter, sort, projection })
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted { filter: self.filter.as_ref(), sort: self.sort.as_ref() }
    }
}

fn list(
    scim: &Scim,
    call: &Call,
    kinds: &[ResourceKind],
    asked: fn(&Scim, &Call, &mut Notes) -> Result<Search>,
) -> Result<Response> {
    let organization = scim.organization(call)?.id;
    let reach = if kinds.len() == 1 { Reach::Kind } else { Reach::Root };
    let mut notes = Notes::default();
    let search = asked(scim, call, &mut notes)?;
    let parts = kinds
        .iter()
        .map(|kind| Part::new(scim, *kind, reach, &search, &mut notes))
        .collect::<Result<Vec<Part>>>()?;
    log_notes(call.log.as_deref(), &notes);
    let base = scim.base(call);
    let list = query(organization, &base, &parts);
    scim.directory.store().read(|db| answer(db, scim, &list, &parts, &search))
}

fn query<'a>(organization: OrganizationId, base_url: &'a str, parts: &'a [Part]) -> ListQuery<'a> {
    let of = |kind| parts.iter().find(|part| part.kind == kind).map(Part::wanted);
    ListQuery { organization, base_url, users: of(ResourceKind::User), groups: of(ResourceKind::Group) }
}

fn answer(
    db: &Db<'_>,
    scim: &Scim,
    list: &ListQuery<'_>,
    parts: &[Part],
    search: &Search,
) -> Result<Response> {
    let total = db.list_total(list)?;
    let limit = |count: Option<i64>| count.unwrap_or(scim.settings.page_size).min(scim.settings.page_size);
    match &search.page {
        PageWanted::Index { start, count } => {
            let entries = match limit(*count) {
                0 => Vec::new(),
                limit => db.list_page(list, From::Offset(start - 1), limit)?,
            };
            let page = Page::read(db, list.base_url, parts, &entries)?;
            if page.read < entries.len() {
                return Err(Error::new(
                    Kind::TooMany,
                    "The page would exceed 32 MiB. Ask with excludedAttributes=members, for fewer resources with \
                     \"count\", or page by \"cursor\".",
                ));
            }
            Ok(page.respond(total, &format!("\"startIndex\":{start},")))
        }
        PageWanted::Cursor { cursor, count } => {
            let asked = Cursor::of(search, parts.iter().map(|part| part.kind));
            let after = asked.read(cursor)?;
            let from = after.as_ref().map_or(From::Offset(0), From::Position);
            let limit = limit(*count);
            // One more than asked for tells whether there is a next page.
            let entries = db.list_page(list, from, limit + 1)?;
            let wanted = usize::try_from(limit).unwrap_or(0).min(entries.len());
            let page = Page::read(db, list.base_url, parts, entries.get(..wanted).unwrap_or_default())?;
            let more = page.read < entries.len();
            let last = page.read.checked_sub(1).and_then(|last| entries.get(last)).map(|(_, place)| place);
            let next = match (more, last.or(after.as_ref())) {
                (true, Some(place)) => format!("\"nextCursor\":\"{}\",", asked.write(place)),
                (true, None) | (false, _) => String::new(),
            };
            Ok(page.respond(total, &next))
        }
    }
}

/// The resources of one answer.
struct Page {
    text: String,
    /// How many of the entries are on it.
    read: usize,
}

impl Page {
    /// Reads resources until the answer is full; the first always fits.
    fn read(db: &Db<'_>, base: &str, parts: &[Part], entries: &[(Listed, Position)]) -> Result<Page> {
        let mut page = Page { text: String::new(), read: 0 };
        for (listed, _) in entries {
            let Some(resource) = read_one(db, base, parts, *listed)? else { continue };
            if page.read > 0 && page.text.len() + resource.len() > PAGE_BYTES {
                break;
            }
            if page.read > 0 {
                page.text.push(',');
            }
            page.text.push_str(&resource);
            page.read += 1;
        }
        Ok(page)
    }

    fn respond(&self, total: i64, place: &str) -> Response {
        let text = format!(
            "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":{total},{place}\
             \"itemsPerPage\":{},\"Resources\":[{}]}}",
            self.read, self.text
        );
        respond_text(200, text)
    }
}

/// One resource as JSON text; the list and its rows are of one snapshot, so it is there.
fn read_one(db: &Db<'_>, base: &str, parts: &[Part], listed: Listed) -> Result<Option<String>> {
    let part = |kind| parts.iter().find(|part| part.kind == kind);
    match listed {
        Listed::User(id) => match (part(ResourceKind::User), db.user_by_row(id)?) {
            (Some(part), Some(user)) => View { base, projection: &part.projection }.user(db, &user).map(Some),
            _ => Ok(None),
        },
        Listed::Group(id) => match (part(ResourceKind::Group), db.group_by_row(id)?) {
            (Some(part), Some(group)) => {
                View { base, projection: &part.projection }.group(db, &group).map(Some)
            }
            _ => Ok(None),
        },
    }
}

/// A list of things that are not stored, as `/Schemas` and `/ResourceTypes` give it.
pub fn fixed(resources: &[Value]) -> Response {
    let texts: Vec<String> = resources.iter().map(Value::to_string).collect();
    let page = Page { text: texts.join(","), read: resources.len() };
    page.respond(i64::try_from(resources.len()).unwrap_or(i64::MAX), "\"startIndex\":1,")
}
