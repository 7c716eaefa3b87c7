import Foundation

/// Keeps a second run out of a folder. The lock is on the folder itself: that needs no file, works where nothing may be
/// written, and ends with its process.
package final class FolderLock: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Waits until no other run has the folder. Where folders cannot be locked, as on some network file systems, it is
    /// had at once.
    /// - Parameter onWait: is called once, when there is another one.
    /// - Returns: `nil` when the wait was stopped.
    package static func acquire(
        _ folder: String, stop: StopSwitch, onWait: @Sendable () -> Void
    ) async -> FolderLock? {
        let lock = FolderLock(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        var isFirst = true
        while lock.isHeldElsewhere {
            if isFirst { onWait() }
            isFirst = false
            guard stop.reason == nil else { return nil }
            try? await Task.sleep(for: .milliseconds(200))
        }
        return lock
    }

    private var isHeldElsewhere: Bool {
        descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
