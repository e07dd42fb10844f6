//! The program under attack, on loopback: whatever strangers send, it answers others meanwhile and afterwards, its
//! memory stays below what the test states, and nothing is written.

mod bodies;
mod connections;
mod framing;
mod heads;
mod patterns;
mod victim;
