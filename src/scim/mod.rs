//! The SCIM protocol: what RFC 7643 and RFC 7644 say, and where this server departs from them.
//!
//! | module | job |
//! | --- | --- |
//! | `schema` | the tables of attributes, name resolution, reading of bodies into their normal form |
//! | `filter` | filters and PATCH paths: text to syntax tree to typed filter |
//! | `patch` | PATCH bodies to changed resources and member changes |
//! | `projection` | `attributes` and `excludedAttributes` |
//! | `deviations` | the one table of tolerances beyond the RFCs |

pub mod deviations;
pub mod filter;
pub mod patch;
pub mod schema;
