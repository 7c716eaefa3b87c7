/// Places for so many at once; whoever finds none free waits in line.
package actor Slots {
    private var capacity: Int
    private var used = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(_ capacity: Int) {
        self.capacity = max(capacity, 1)
    }

    /// Takes a place as soon as there is one.
    package func acquire() async {
        if used < capacity, waiting.isEmpty {
            used += 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    /// Gives a place back.
    package func release() {
        used -= 1
        admit()
    }

    /// Changes how many places there are; those that are taken stay taken.
    package func resize(_ capacity: Int) {
        self.capacity = max(capacity, 1)
        admit()
    }

    private func admit() {
        while used < capacity, !waiting.isEmpty {
            used += 1
            waiting.removeFirst().resume()
        }
    }
}
