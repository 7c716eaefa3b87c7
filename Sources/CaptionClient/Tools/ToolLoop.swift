import Foundation
import ModelContext
import Synchronization

/// Takes messages, a line each, and answers each in its time: the next one is read while calls are under way.
package final class ToolLoop: Sendable {
    private let desk: ToolDesk
    private let tools: ServerTools
    private let output: @Sendable (String) -> Void
    private let calls = Mutex<[RPCID: Task<Void, Never>]>([:])

    /// - Parameter output: Gets each message to the client, without a line feed, from one thread at a time.
    package init(_ tools: ServerTools, version: String, output: @escaping @Sendable (String) -> Void) {
        self.tools = tools
        desk = tools.desk(version: version)
        let turn = Mutex(())
        self.output = { message in turn.withLock { _ in output(message) } }
    }

    /// Ends when the last line is answered: who hands over all lines at once waits for answers to them.
    package func run(_ lines: some AsyncSequence<[UInt8], Never>) async {
        for await line in lines { take(line) }
        for call in calls.withLock({ Array($0.values) }) { await call.value }
    }

    private func take(_ line: [UInt8]) {
        guard line.contains(where: { $0 > 0x20 }) else { return }
        switch line.withUnsafeBytes({ desk.step($0) }) {
        case .nothing: break
        case .answer(let answer), .unreadable(let answer): output(answer)
        case .cancel(let id): calls.withLock { $0.removeValue(forKey: id) }?.cancel()
        case .call(let call): begin(call, line)
        }
    }

    private func begin(_ call: ToolCall, _ line: [UInt8]) {
        calls.withLock { calls in
            calls[call.id] = Task {
                let answer = await tools.answer(call, in: line) { message in
                    if !Task.isCancelled { self.output(message) }
                }
                self.calls.withLock { $0[call.id] = nil }
                // Who has cancelled a call expects no answer to it.
                if !Task.isCancelled { output(answer) }
            }
        }
    }
}
