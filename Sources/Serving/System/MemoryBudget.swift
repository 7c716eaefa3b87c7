public import Foundation

/// How much memory the process may still take, as Linux tells it; asked before a model is loaded.
///
/// The smallest counts of what the machine has available and of what the limits of the process's control group and
/// of the groups around it leave, in version 1 as well as 2. Memory of the page cache that the kernel would give up
/// at once (`inactive_file`) counts as free; swap does not. What cannot be read or understood counts as no limit.
public struct MemoryBudget: Sendable {
    /// Who sets a limit.
    public enum Scope: Sendable {
        case machine
        /// A control group: of a container, or of a service.
        case container
    }

    /// One of the limits that apply to the process.
    public struct Limit: Sendable, Equatable {
        public let scope: Scope
        /// Bytes that all who share the limit may have together.
        public let total: Int
        /// Bytes of it that are still free.
        public let available: Int

        package init(scope: Scope, total: Int, available: Int) {
            self.scope = scope
            self.total = total
            self.available = available
        }
    }

    private let files: SystemFiles

    /// - Parameter root: the folder below which `/proc` and the control groups are looked for.
    public init(root: URL = URL(filePath: "/")) {
        files = SystemFiles(root: root)
    }

    /// Bytes that the process may still take; `nil`: unknown, as on systems that are not Linux.
    public func available() -> Int? {
        tightest()?.available
    }

    /// The limit that leaves the least.
    public func tightest() -> Limit? {
        ([machine()].compactMap(\.self) + groups()).min { $0.available < $1.available }
    }

    /// A sentence for people if `bytes` do not fit; `nil` if they do, or if nothing is known.
    public func shortage(of bytes: Int) -> String? {
        guard let limit = tightest(), bytes > limit.available else { return nil }
        let (need, free, total) = (Self.readable(bytes), Self.readable(limit.available), Self.readable(limit.total))
        return switch limit.scope {
        case .machine:
            "The model needs about \(need), and this machine has \(free) of its \(total) available. "
                + "End other programs, or choose a smaller model."
        case .container:
            "The model needs about \(need), and this container or service may take \(free) more "
                + "(its limit is \(total)). Raise the limit, or choose a smaller model."
        }
    }

    /// - Throws: `MemoryShortage` if `bytes` do not fit.
    public func require(_ bytes: Int) throws(MemoryShortage) {
        if let sentence = shortage(of: bytes) { throw MemoryShortage(description: sentence) }
    }

    /// Bytes that something else than the model may take: what is asked for, or less where less is left beside a model
    /// of that size, which is half of it, as others need memory, too.
    public func share(of bytes: Int, beside model: Int) -> Int {
        guard let available = available() else { return bytes }
        return min(bytes, max(Self.leastShare, (available - min(model, available)) / 2))
    }

    /// Without so much nothing would work at all.
    private static let leastShare = 48 << 20

    private static func readable(_ bytes: Int) -> String {
        let megabytes = (Double(bytes) / 1e6).rounded()
        return megabytes < 1000 ? "\(Int(megabytes)) MB" : String(format: "%.1f GB", Double(bytes) / 1e9)
    }

    private func machine() -> Limit? {
        guard let total = kilobytes("MemTotal:"), let available = kilobytes("MemAvailable:") else { return nil }
        return Limit(scope: .machine, total: total, available: available)
    }

    /// A value of `/proc/meminfo` in bytes.
    private func kilobytes(_ key: String) -> Int? {
        guard let value = files.value(of: key, in: "/proc/meminfo") else { return nil }
        let (bytes, overflow) = value.multipliedReportingOverflow(by: 1024)
        return overflow ? nil : bytes
    }

    /// What the two versions call the same things.
    private struct Version {
        let limit, usage, reclaimable: String

        static let one = Version(
            limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", reclaimable: "total_inactive_file")
        static let two = Version(limit: "memory.max", usage: "memory.current", reclaimable: "inactive_file")
    }

    /// The limits of the process's own group and of every group around it that can be seen from here.
    private func groups() -> [Limit] {
        ControlGroups(files).folders(.memory).compactMap { limit(in: $0.path, $0.isTwo ? .two : .one) }
    }

    private func limit(in folder: String, _ version: Version) -> Limit? {
        guard let total = files.number(in: "\(folder)/\(version.limit)"),
            // Version 1 says "none" with the greatest number of whole pages.
            total < Int.max / 2, let usage = files.number(in: "\(folder)/\(version.usage)")
        else { return nil }
        let reclaimable = files.value(of: version.reclaimable, in: "\(folder)/memory.stat") ?? 0
        // All three are at least zero, so no difference can overflow.
        let used = max(usage - reclaimable, 0)
        return Limit(scope: .container, total: total, available: max(total - used, 0))
    }
}

/// A model does not fit into the memory that is left.
public struct MemoryShortage: Error, Equatable, CustomStringConvertible {
    /// How much is needed, how much is left, and whose limit that is.
    public let description: String
}
