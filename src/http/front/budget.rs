//! The bytes that all connections together hold in memory.
//!
//! Lives in the one asynchronous thread, so plain cells suffice. What is taken is given back by dropping [`Held`].

use std::cell::Cell;
use std::rc::Rc;

/// A number of bytes, and how many of them are taken.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    limit: usize,
    used: Rc<Cell<usize>>,
}

/// A share of the budget.
#[derive(Debug)]
pub(super) struct Held {
    budget: Budget,
    bytes: usize,
}

/// There is not so much left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

impl Budget {
    /// A budget of `limit` bytes, all free.
    pub(super) fn new(limit: usize) -> Budget {
        Budget { limit, used: Rc::default() }
    }

    /// Whether answers, which are never refused, have taken it all.
    pub(super) fn is_exhausted(&self) -> bool {
        self.used.get() >= self.limit
    }

    /// An empty share, to grow.
    pub(super) fn share(&self) -> Held {
        Held { budget: self.clone(), bytes: 0 }
    }

    /// A share of `bytes` for something that exists already: counts, and is never refused.
    pub(super) fn hold(&self, bytes: usize) -> Held {
        self.used.set(self.used.get().saturating_add(bytes));
        Held { budget: self.clone(), bytes }
    }
}

impl Held {
    /// Makes the share `bytes` large; a refused one stays as it was.
    pub(super) fn resize(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let others = self.budget.used.get().saturating_sub(self.bytes);
        if bytes > self.bytes && others.saturating_add(bytes) > self.budget.limit {
            return Err(Exhausted);
        }
        self.budget.used.set(others.saturating_add(bytes));
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.used.set(self.budget.used.get().saturating_sub(self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_refused_beyond_the_limit_and_given_back_when_dropped() {
        let budget = Budget::new(100);
        let (mut one, mut two) = (budget.share(), budget.share());
        assert_eq!(one.resize(60), Ok(()));
        assert_eq!(two.resize(41), Err(Exhausted));
        assert_eq!(two.resize(40), Ok(()));
        drop(one);
        assert_eq!(two.resize(100), Ok(()));
    }

    #[test]
    fn an_answer_is_never_refused_but_counts() {
        let budget = Budget::new(10);
        let answer = budget.hold(50);
        let mut request = budget.share();
        assert_eq!((request.resize(1), budget.is_exhausted()), (Err(Exhausted), true));
        drop(answer);
        assert!(!budget.is_exhausted());
        assert_eq!(request.resize(1), Ok(()));
    }
}
