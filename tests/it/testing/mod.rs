//! The test mode (interface.md §5): `serve --ephemeral` and `rollcall::testing::Appliance`.

mod appliance;
mod clock;
mod executable;
mod faults;
mod journal;
mod reset;
mod seed;
mod snippet;
