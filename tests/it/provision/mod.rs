//! `rollcall provision`: PingOne's side (interface.md §6), against the real server and a relay that goes wrong.

mod commands;
mod desk;
mod histories;
mod refusals;
mod relay;
mod shapes;
mod syncing;
mod trouble;
