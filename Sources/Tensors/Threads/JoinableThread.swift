import Foundation

/// A thread whose owner waits for its end; Foundation's goes when it likes, so that a model loaded right after another
/// was let go finds the old threads still there and their stacks taken.
public final class JoinableThread: @unchecked Sendable {
    /// The system has no room for another thread.
    public struct Failure: Error, CustomStringConvertible {
        let name: String
        let code: CInt

        public var description: String {
            "The system refuses another thread (\(name)): \(String(cString: strerror(code))). The limit may be the "
                + "user's (ulimit -u), the service's (TasksMax) or the container's (pids)."
        }
    }

    /// What the new thread is handed.
    private final class Life {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let thread: pthread_t

    /// Starts a thread that runs `body`. Linux shows the first 15 bytes of its name.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(Failure) {
        let life = Unmanaged.passRetained(Life(name: name, body: body))
        #if canImport(Darwin)
            var created: pthread_t?
            let code = Self.withStackSize { pthread_create(&created, $0, { JoinableThread.live($0) }, life.toOpaque()) }
        #else
            var thread = pthread_t()
            let code = Self.withStackSize {
                pthread_create(&thread, $0, { $0.flatMap(JoinableThread.live) }, life.toOpaque())
            }
            let created: pthread_t? = thread
        #endif
        guard code == 0, let created else {
            life.release()
            throw Failure(name: name, code: code)
        }
        self.thread = created
    }

    /// Returns once the thread has ended and its stack is free; to be called once, and not by the thread itself.
    public func join() { pthread_join(thread, nil) }

    /// Not what `ulimit -s` happens to be.
    private static func withStackSize(_ body: (UnsafeMutablePointer<pthread_attr_t>) -> CInt) -> CInt {
        withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory in
            guard let attributes = memory.baseAddress else { return ENOMEM }
            pthread_attr_init(attributes)
            defer { pthread_attr_destroy(attributes) }
            pthread_attr_setstacksize(attributes, 8 << 20)
            return body(attributes)
        }
    }

    private static func live(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let life = Unmanaged<Life>.fromOpaque(argument).takeRetainedValue()
        Thread.current.name = life.name
        life.body()
        return nil
    }
}
