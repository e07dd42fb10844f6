//! Who is told how far a sync is.

/// Is told how far a sync is, by all workers.
pub trait Observer: Sync {
    /// `total` things of one kind (`users`) come next.
    fn phase(&self, what: &str, total: usize);

    /// One of them is done.
    fn step(&self);

    /// The phase is over.
    fn end(&self);
}

/// Nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Observer for Silent {
    fn phase(&self, _what: &str, _total: usize) {}

    fn step(&self) {}

    fn end(&self) {}
}
