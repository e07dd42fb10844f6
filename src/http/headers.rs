//! What every answer says to browsers and caches, whatever it is about.

use rouille::Response;

/// Where nothing else is said: answers hold data of people, and belong in no cache.
const DEFAULTS: [(&str, &str); 2] = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")];

/// Tells browsers to come by https only, for a year (RFC 6797). Subdomains are not this server's to decide for.
const HSTS: (&str, &str) = ("Strict-Transport-Security", "max-age=31536000");

/// Adds them to an answer; a handler's own word counts more. `https` is whether the client came by it: over http the
/// header would be ignored (RFC 6797 §7.2 forbids it).
pub fn add(response: Response, https: bool) -> Response {
    let wanted = DEFAULTS.into_iter().chain(https.then_some(HSTS));
    wanted.fold(response, |response, (name, value)| {
        let is_set = response.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        if is_set { response } else { response.with_additional_header(name, value) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(response: &Response, name: &str) -> Vec<String> {
        let of_name = response.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        of_name.map(|(_, value)| value.to_string()).collect()
    }

    #[test]
    fn every_answer_is_kept_out_of_caches_and_taken_for_what_it_says() {
        let answer = add(Response::text("x"), false);
        assert_eq!(values(&answer, "X-Content-Type-Options"), ["nosniff"]);
        assert_eq!(values(&answer, "Cache-Control"), ["no-store"]);
        assert_eq!(values(&answer, "Strict-Transport-Security"), Vec::<String>::new());
        assert_eq!(values(&add(answer, true), "Strict-Transport-Security"), ["max-age=31536000"]);
    }

    #[test]
    fn what_a_handler_says_itself_is_not_said_twice() {
        let own = Response::text("x").with_additional_header("cache-control", "max-age=60");
        assert_eq!(values(&add(own, true), "Cache-Control"), ["max-age=60"]);
    }
}
