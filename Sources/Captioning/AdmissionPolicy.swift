/// Whether another image may be looked at while answers to earlier ones are being generated: a value.
///
/// Looking at an image holds up everyone whose answer is being generated, and makes each of their steps cheaper later.
/// So that nobody pays too much for that, each request is answered within twice the time, counted from its arrival, that
/// it would have taken if requests had been answered one after the other.
package struct AdmissionPolicy: Sendable {
    /// Seconds of a request that is being answered.
    package struct Account: Sendable, Equatable {
        /// From its arrival until it was begun.
        package var waited = 0.0
        /// Of looking and writing for those that arrived before it, since it arrived.
        package var ahead = 0.0
        /// Of its own looking and writing.
        package var computed = 0.0
        /// Of that, of its writing.
        package var written = 0.0
        /// While others were looked at, and by others' part in its steps.
        package var heldUp = 0.0

        package init(
            waited: Double = 0, ahead: Double = 0, computed: Double = 0, written: Double = 0, heldUp: Double = 0
        ) {
            self.waited = waited
            self.ahead = ahead
            self.computed = computed
            self.written = written
            self.heldUp = heldUp
        }

        /// What is left of twice the time, as far as that is known yet. A third of the writing is kept back: seconds to
        /// come are estimates, steps get dearer with every answer that joins, and who joins just before an answer is
        /// complete gains nothing by it.
        fileprivate var delayBudget: Double { 2 * (ahead + computed) - written / 3 - (waited + computed + heldUp) }
    }

    /// The most answers that are written at a time.
    let maxBatch: Int
    /// The most beams of all of them, so that memory is bounded; a single answer may have more.
    let maxRows: Int

    package init(maxBatch: Int) {
        self.maxBatch = maxBatch
        maxRows = max(8, 4 * maxBatch)
    }

    /// - Parameters:
    ///   - seconds: How long the next one would hold up the others.
    ///   - beams: Of the next one.
    ///   - rows: Beams of each answer that is being generated.
    ///   - accounts: Of the requests whose answers these are.
    package func allows(seconds: Double, beams: Int, beside rows: [Int], accounts: some Sequence<Account>) -> Bool {
        guard !rows.isEmpty else { return true }
        return rows.count < maxBatch && rows.reduce(beams, +) <= maxRows
            && accounts.allSatisfy { seconds <= $0.delayBudget }
    }
}
