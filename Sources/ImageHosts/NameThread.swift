import Foundation

/// A thread that asks for one name and ends.
enum NameThread {
    /// - Returns: Whether the system had room for another one.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let life = Unmanaged.passRetained(Life(body))
        guard create(life.toOpaque()) == 0 else {
            life.release()
            return false
        }
        return true
    }

    private static func create(_ argument: UnsafeMutableRawPointer) -> CInt {
        withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { memory in
            guard let attributes = memory.baseAddress else { return ENOMEM }
            pthread_attr_init(attributes)
            defer { pthread_attr_destroy(attributes) }
            pthread_attr_setdetachstate(attributes, CInt(PTHREAD_CREATE_DETACHED))
            // Not what `ulimit -s` happens to be.
            pthread_attr_setstacksize(attributes, 2 << 20)
            #if canImport(Darwin)
                var thread: pthread_t?
                return pthread_create(&thread, attributes, { NameThread.live($0) }, argument)
            #else
                var thread = pthread_t()
                return pthread_create(&thread, attributes, { $0.flatMap(NameThread.live) }, argument)
            #endif
        }
    }

    /// What the new thread is handed.
    private final class Life: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    private static func live(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let life = Unmanaged<Life>.fromOpaque(argument).takeRetainedValue()
        Thread.current.name = "names"
        life.body()
        return nil
    }
}
