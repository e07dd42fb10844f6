//! The executable: arguments → cli → exit code.

fn main() {}
