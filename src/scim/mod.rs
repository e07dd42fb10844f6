//! The SCIM protocol (RFC 7643, RFC 7644, RFC 9865).

pub mod filter;
