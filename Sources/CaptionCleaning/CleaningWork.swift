/// How much work the clean-up of some texts may still be. It is counted and not timed, so that the same texts and rules
/// are always decided alike.
package struct CleaningWork: Sendable, Equatable {
    /// Steps; one is about a letter that a walk through its text looks at.
    package private(set) var left: Int

    package init(steps: Int) {
        left = max(steps, 0)
    }

    /// More than there is.
    package struct Exceeded: Error, Equatable {}

    /// Takes steps away before they are done.
    mutating func spend(_ steps: Int) throws(Exceeded) {
        guard steps <= left else { throw Exceeded() }
        left -= steps
    }
}
