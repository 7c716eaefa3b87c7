public import Foundation

/// The memory that this process takes, as Linux tells it.
public struct ProcessMemory: Sendable {
    private let root: URL

    /// - Parameter root: the folder below which `/proc` is looked for.
    public init(root: URL = URL(filePath: "/")) {
        self.root = root
    }

    /// Bytes in RAM, pages of mapped files included; `nil`: unknown, as on systems that are not Linux.
    public func resident() -> Int? {
        // Pages: size, resident, shared, ...
        guard let data = try? Data(contentsOf: root.appending(path: "/proc/self/statm")) else { return nil }
        let words = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, let pages = Int(words[1]), pages >= 0 else { return nil }
        let (bytes, overflow) = pages.multipliedReportingOverflow(by: NSPageSize())
        return overflow ? nil : bytes
    }
}

/// The processor time that this process takes.
public enum ProcessTime {
    /// What all its threads have used so far, in their own code and in the system's.
    public static func used() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
