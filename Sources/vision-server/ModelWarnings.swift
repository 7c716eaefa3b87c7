import Synchronization

/// What the model that was loaded last has to be told of; kept when it leaves memory.
final class ModelWarnings: Sendable {
    private let sentences = Mutex<[String]>([])

    var all: [String] { sentences.withLock { $0 } }

    func replace(by new: [String]) { sentences.withLock { $0 = new } }
}
