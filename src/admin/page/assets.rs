//! Files that pages load. Their names have a part of their SHA-256, so that browsers keep them for good and a new version
//! of the program is seen at once.

use std::sync::LazyLock;

use rouille::Response;
use sha2::{Digest, Sha256};

use crate::admin::handle::Admin;
use crate::model::call::Call;
use crate::model::error::{Error, Result};

struct Asset {
    /// The name in templates: `{{ asset("page.css") }}`.
    name: &'static str,
    media_type: &'static str,
    content: &'static str,
}

const ASSETS: &[Asset] = &[
    Asset {
        name: "page.css",
        media_type: "text/css; charset=utf-8",
        content: include_str!("templates/page.css"),
    },
    Asset {
        name: "page.js",
        media_type: "text/javascript; charset=utf-8",
        content: include_str!("templates/page.js"),
    },
];

/// The names under which the assets are served, in the order of [`ASSETS`].
static SERVED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let name = |asset: &Asset| {
        let digest: [u8; 32] = Sha256::digest(asset.content).into();
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let (stem, extension) = asset.name.rsplit_once('.').unwrap_or((asset.name, "txt"));
        format!("{stem}.{hash}.{extension}")
    };
    ASSETS.iter().map(name).collect()
});

/// The path of an asset below the server's root; `None` for a name that is none.
pub(super) fn path_of(name: &str) -> Option<String> {
    let served = ASSETS.iter().zip(SERVED.iter()).find(|(asset, _)| asset.name == name);
    served.map(|(_, served)| format!("/admin/assets/{served}"))
}

/// `GET /admin/assets/{name}`.
///
/// # Errors
/// `NotFound`.
pub fn asset(_: &Admin, call: &Call) -> Result<Response> {
    let name = call.parameter(0);
    let found = ASSETS.iter().zip(SERVED.iter()).find(|(_, served)| *served == name);
    let (asset, _) = found.ok_or_else(|| Error::not_found("file", name))?;
    let answer = Response::from_data(asset.media_type, asset.content);
    Ok(answer.with_additional_header("Cache-Control", "public, max-age=31536000, immutable"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_served_under_a_name_that_changes_with_its_content() {
        let path = path_of("page.css").unwrap();
        assert!(path.starts_with("/admin/assets/page.") && path.ends_with(".css"), "{path}");
        assert_eq!(path.len(), "/admin/assets/page..css".len() + 12);
        assert_eq!(path_of("other.css"), None);
    }
}
