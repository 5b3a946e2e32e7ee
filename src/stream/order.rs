//! Numbered items, put back into their order.

use std::collections::VecDeque;

/// Items that wait for those before them.
pub(super) struct Order<T> {
    next: u64,
    waiting: VecDeque<Option<T>>,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self { next: 0, waiting: VecDeque::new() }
    }
}

impl<T> Order<T> {
    pub(super) fn put(&mut self, number: u64, item: T) {
        let index = (number - self.next) as usize;
        if self.waiting.len() <= index {
            self.waiting.resize_with(index + 1, || None);
        }
        self.waiting[index] = Some(item);
    }

    /// The next one, if it is there.
    pub(super) fn take(&mut self) -> Option<T> {
        let item = self.waiting.front_mut()?.take()?;
        self.waiting.pop_front();
        self.next += 1;
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_out_in_order() {
        let mut order = Order::default();
        let mut out = Vec::new();
        for number in [2, 0, 1, 5, 4, 3, 6] {
            order.put(number, number);
            out.extend(std::iter::from_fn(|| order.take()));
        }
        assert_eq!(out, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_gap_holds_back_what_comes_after_it() {
        let mut order = Order::default();
        order.put(1, 'b');
        assert_eq!(order.take(), None);
        order.put(0, 'a');
        assert_eq!((order.take(), order.take(), order.take()), (Some('a'), Some('b'), None));
    }
}
