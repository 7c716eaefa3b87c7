import Testing

/// Waits until `condition` holds, giving way to other tasks; after a minute the test fails.
func eventually(_ condition: () async -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async {
    let deadline = ContinuousClock.now.advanced(by: .seconds(60))
    while ContinuousClock.now < deadline {
        if await condition() { return }
        await Task.yield()
    }
    // On a busy machine this task may not have had its turn for a minute.
    if await condition() { return }
    Issue.record("the condition did not become true", sourceLocation: sourceLocation)
}
