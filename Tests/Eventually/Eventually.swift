package import Testing

/// Waits until `condition` holds, looking at it every few milliseconds; after a minute the test fails.
package func eventually(
    _ what: String = "the condition", sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(180))
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("\(what) did not come true", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
