import Foundation

/// Keeps other runs out of a folder while this one has work there. The lock is on the folder itself: that needs no file,
/// works where nothing may be written, and ends with its process.
package actor FolderLock {
    private let folder: String
    private let descriptor: Int32
    private let onWait: @Sendable () -> Void
    private var hasWaited = false
    /// How many pieces of this run's work go on.
    private var users = 0

    /// - Parameter onWait: is called once, when there is another run.
    package init(_ folder: String, onWait: @escaping @Sendable () -> Void) {
        self.folder = folder
        self.onWait = onWait
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Begins a piece of work, as soon as no other run has the folder. Where folders cannot be locked, as on some network
    /// file systems, that is at once.
    /// - Returns: whether it has begun; not so when the wait was stopped.
    package func enter(_ stop: StopSwitch) async -> Bool {
        // The system's own wait would hold a thread, and could not be stopped.
        while users == 0, isHeldElsewhere {
            if !hasWaited { onWait() }
            hasWaited = true
            guard stop.reason == nil else { return false }
            try? await Task.sleep(for: .milliseconds(200))
        }
        users += 1
        return true
    }

    /// Ends a piece of work; after the last one others have the folder.
    package func leave() {
        users -= 1
        if users == 0, descriptor >= 0 { flock(descriptor, LOCK_UN) }
    }

    private var isHeldElsewhere: Bool {
        descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
