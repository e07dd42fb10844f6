//! In which order operations run, so that each finds what it refers to.

use std::collections::BTreeSet;

/// The order of operations, as numbers of their places in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Each after those that it refers to; otherwise in the order of the request.
    pub sequence: Vec<usize>,
    /// Those that refer to themselves in a circle, or to one that does: no order exists for them.
    pub circular: Vec<usize>,
}

/// Puts operations in order. `references` holds, for each operation, those that it refers to.
pub fn order(references: &[BTreeSet<usize>]) -> Order {
    let mut missing: Vec<usize> = references.iter().map(BTreeSet::len).collect();
    let mut waiting_for: Vec<Vec<usize>> = vec![Vec::new(); references.len()];
    for (index, referred) in references.iter().enumerate() {
        for target in referred {
            if let Some(waiting) = waiting_for.get_mut(*target) {
                waiting.push(index);
            }
        }
    }
    let ready_at_once = missing.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut ready: BTreeSet<usize> = ready_at_once.map(|(index, _)| index).collect();
    let mut sequence = Vec::with_capacity(references.len());
    while let Some(next) = ready.pop_first() {
        sequence.push(next);
        for waiting in waiting_for.get(next).into_iter().flatten() {
            if let Some(count) = missing.get_mut(*waiting) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(*waiting);
                }
            }
        }
    }
    let circular = missing.iter().enumerate().filter(|(_, count)| **count > 0).map(|(index, _)| index);
    Order { circular: circular.collect(), sequence }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ordered(references: &[&[usize]]) -> (Vec<usize>, Vec<usize>) {
        let references: Vec<BTreeSet<usize>> =
            references.iter().map(|targets| targets.iter().copied().collect()).collect();
        let Order { sequence, circular } = order(&references);
        (sequence, circular)
    }

    #[test]
    fn without_references_the_order_of_the_request_stays() {
        assert_eq!(ordered(&[&[], &[], &[]]), (vec![0, 1, 2], vec![]));
        assert_eq!(ordered(&[&[], &[0], &[0, 1]]), (vec![0, 1, 2], vec![]));
    }

    #[test]
    fn what_is_referred_to_comes_first_wherever_it_stands_rfc_7644_3_7_2() {
        assert_eq!(ordered(&[&[3], &[], &[0], &[]]), (vec![1, 3, 0, 2], vec![]));
    }

    #[test]
    fn a_circle_and_what_refers_to_it_have_no_order_and_the_others_keep_theirs_rfc_7644_3_7_1() {
        assert_eq!(ordered(&[&[1], &[0], &[], &[1], &[2]]), (vec![2, 4], vec![0, 1, 3]));
        assert_eq!(ordered(&[&[0], &[]]), (vec![1], vec![0]));
    }

    proptest! {
        #[test]
        fn everything_is_placed_once_and_after_what_it_refers_to(
            pairs in prop::collection::vec((0_usize..12, 0_usize..12), 0..25)
        ) {
            let mut references = vec![BTreeSet::new(); 12];
            for (from, to) in pairs {
                references[from].insert(to);
            }
            let Order { sequence, circular } = order(&references);
            let mut all: Vec<usize> = sequence.iter().chain(&circular).copied().collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..12).collect::<Vec<_>>());
            for (place, index) in sequence.iter().enumerate() {
                let done = sequence.get(..place).unwrap_or_default();
                prop_assert!(references[*index].iter().all(|target| done.contains(target)));
            }
            for index in &circular {
                prop_assert!(references[*index].iter().any(|target| circular.contains(target)));
            }
        }
    }
}
