import Foundation
import Synchronization

/// Tells people how a run goes: lines on stderr, and on a terminal a bar below them.
package final class RunReport: Sendable {
    private struct State {
        var progress = RunProgress()
        var failures: [FileName: String] = [:]
        var bar = ""
        /// What is being waited for; it stands where the bar does.
        var wait = ""
        var isEnded = false
    }

    private let state = Mutex(State())
    private let terminal: Terminal
    private let isQuiet: Bool
    private let plan: (@Sendable (String) -> Void)?
    private let start = ContinuousClock.now

    /// - Parameters:
    ///   - isQuiet: whether the captions are left out.
    ///   - plan: gets a line an image, where it is only to be told what would be done.
    package init(terminal: Terminal, isQuiet: Bool, plan: (@Sendable (String) -> Void)? = nil) {
        self.terminal = terminal
        self.isQuiet = isQuiet
        self.plan = plan
        state.withLock { $0.progress.isPlan = plan != nil }
    }

    package var progress: RunProgress { state.withLock { $0.progress } }

    /// The images that have no caption, with the reason, in the order of their names.
    package var failures: [FailureLine] {
        let failures = state.withLock { $0.failures }
        return failures.sorted { $0.key < $1.key }.map { FailureLine(file: $0.key.text, error: $0.value) }
    }

    func found(_ count: Int) {
        update { $0.progress.total += count }
    }

    /// An image would be captioned.
    func planned(_ image: Image) {
        update { $0.progress.captioned += 1 }
        plan?(Terminal.visible("\(image.name): would be captioned"))
    }

    func skipped(_ image: Image, _ reason: SkipReason) {
        plan?(Terminal.visible("\(image.name): \(reason.words)"))
        update { state in
            settle(image.name, &state)
            state.progress.skipped[reason, default: 0] += 1
        }
    }

    func captioned(_ image: Image, _ written: CaptionOutputs.Written) {
        update { state in
            state.wait = ""
            state.progress.captioned += 1
            settle(image.name, &state)
            if !isQuiet { print("\(counter(state)) \(image.name): \(written.caption)", &state) }
            if let note = written.note { print("\(image.name): \(note)", &state) }
        }
    }

    /// - Parameters:
    ///   - isTold: whether people know the reason already.
    ///   - isImage: whether it can have failed before; two names that are not UTF-8 may look the same.
    func failed(_ name: String, _ reason: String, isTold: Bool = false, isImage: Bool = true) {
        update { state in
            state.wait = ""
            if isImage { settle(name, &state) }
            state.failures[FileName(name)] = reason
            state.progress.failed += 1
            if !isTold { print("\(counter(state)) \(name) failed: \(reason)", &state) }
        }
    }

    /// An image has to wait, for the reason that the server gives.
    func waits(_ sentence: String) {
        update { state in
            guard state.wait != sentence else { return }
            state.wait = sentence
            if !terminal.isInteractive { print(sentence, &state) }
        }
    }

    /// When all is done, more may come.
    func watches() {
        update { $0.progress.isWatching = true }
    }

    /// A sentence for people.
    package func say(_ sentence: String) {
        update { print(sentence, &$0) }
    }

    /// Draws the bar anew.
    func refresh() {
        update { _ in }
    }

    /// Takes the bar away and says what came out.
    package func end() {
        state.withLock { state in
            guard !state.isEnded else { return }
            terminal.write(eraser(state) + state.progress.summary + "\n")
            state.bar = ""
            state.isEnded = true
        }
    }

    /// An image that failed before and is tried again counts once.
    private func settle(_ name: String, _ state: inout State) {
        if state.failures.removeValue(forKey: FileName(name)) != nil {
            state.progress.failed -= 1
            state.progress.total -= 1
        }
    }

    private func counter(_ state: State) -> String {
        "\(state.progress.done)/\(state.progress.total)"
    }

    private func print(_ line: String, _ state: inout State) {
        terminal.write(eraser(state) + Terminal.visible(line) + "\n")
        state.bar = ""
    }

    private func update(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            guard terminal.isInteractive, !state.isEnded else { return }
            let width = terminal.width
            let bar = state.progress.line(elapsed: ContinuousClock.now - start, width: width)
            let wait = state.wait.isEmpty ? "" : Terminal.visible(state.wait)
            let line = wait.isEmpty ? bar : String("\(counter(state)), \(wait)".prefix(max(width - 1, 0)))
            guard line != state.bar else { return }
            terminal.write("\r" + line + "\u{1B}[K")
            state.bar = line
        }
    }

    private func eraser(_ state: State) -> String {
        state.bar.isEmpty ? "" : "\r\u{1B}[K"
    }
}
