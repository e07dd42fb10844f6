//! Links from one page of a list to the next.

use serde::Serialize;

use crate::model::call::Call;

/// What the template part `pages` needs: queries for the first and for the next page, `None` where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Pages {
    first: Option<String>,
    next: Option<String>,
}

impl Pages {
    /// The same query with the cursor of the next page, and without one.
    pub(super) fn of(call: &Call, next: Option<String>) -> Pages {
        let kept: Vec<(&str, &str)> = call
            .query
            .0
            .iter()
            .filter(|(name, value)| name != "after" && !value.is_empty())
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let is_first = call.query.get("after").unwrap_or_default().is_empty();
        Pages {
            first: (!is_first).then(|| query(&kept)),
            next: next.map(|cursor| {
                let mut with = kept.clone();
                with.push(("after", &cursor));
                query(&with)
            }),
        }
    }
}

fn query(pairs: &[(&str, &str)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs);
    format!("?{}", text.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::fixture::call;

    #[test]
    fn the_next_page_keeps_what_was_asked_and_the_first_forgets_the_cursor() {
        let asked =
            call().query(&[("status", "pending"), ("query", "a&b"), ("after", "31"), ("empty", "")]).done();
        let pages = Pages::of(&asked, Some("32".to_owned()));
        assert_eq!(pages.first.as_deref(), Some("?status=pending&query=a%26b"));
        assert_eq!(pages.next.as_deref(), Some("?status=pending&query=a%26b&after=32"));
        assert_eq!(Pages::of(&call().done(), None), Pages { first: None, next: None });
    }
}
