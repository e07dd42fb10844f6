//! PATCH (RFC 7644 §3.5.2): from a body to the changed resource, and for groups to a list of member changes.
//!
//! Pure. Operations work on the normal form that `schema` reads bodies into, so what comes out is in normal form too.
//! Members of groups are never loaded: what an operation says about them becomes
//! [`MemberChange`](crate::model::group::MemberChange)s.
//!
//! | file | job |
//! | --- | --- |
//! | `request` | the body → operations with parsed paths |
//! | `target` | a path → the attribute that it means |
//! | `apply` | the operations of a request on a resource, keys without a path, read-only attributes |
//! | `values` | one operation on one attribute |
//! | `elements` | one operation on the elements of a multi-valued attribute |
//! | `select` | which elements a filter means, and what it would create |
//! | `members` | operations on the members of a group |

mod apply;
mod elements;
mod members;
mod paths;
mod request;
mod select;
mod target;
#[cfg(test)]
mod tests;
mod values;

pub use apply::{GroupPatch, apply_group, apply_user, apply_user_in_parts};
pub use request::{OPERATIONS, PatchRequest};
