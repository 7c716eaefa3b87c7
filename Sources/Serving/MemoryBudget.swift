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

    private let root: URL

    /// - Parameter root: the folder below which `/proc` and the control groups are looked for.
    public init(root: URL = URL(filePath: "/")) {
        self.root = root
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
        guard let value = value(of: key, in: "/proc/meminfo") else { return nil }
        let (bytes, overflow) = value.multipliedReportingOverflow(by: 1024)
        return overflow ? nil : bytes
    }

    /// What the two versions call the same things.
    private struct Version {
        let limit, usage, reclaimable: String
        let usualMounts: [String]

        static let one = Version(
            limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", reclaimable: "total_inactive_file",
            usualMounts: ["/sys/fs/cgroup/memory"])
        static let two = Version(
            limit: "memory.max", usage: "memory.current", reclaimable: "inactive_file",
            usualMounts: ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"])
    }

    /// The limits of the process's own group and of every group around it that can be seen from here.
    private func groups() -> [Limit] {
        let paths = groupPaths()
        return [(Version.one, paths.one, mounts(.one)), (.two, paths.two, mounts(.two))].flatMap {
            version, path, mounts in
            mounts.flatMap { mount in
                mount.folders(of: path).compactMap { limit(in: $0, version) }
            }
        }
    }

    private func limit(in folder: String, _ version: Version) -> Limit? {
        guard let total = number(in: "\(folder)/\(version.limit)"),
            // Version 1 says "none" with the greatest number of whole pages.
            total < Int.max / 2, let usage = number(in: "\(folder)/\(version.usage)")
        else { return nil }
        let reclaimable = value(of: version.reclaimable, in: "\(folder)/memory.stat") ?? 0
        // All three are at least zero, so no difference can overflow.
        let used = max(usage - reclaimable, 0)
        return Limit(scope: .container, total: total, available: max(total - used, 0))
    }

    /// Where the process is in each version's tree: `4:memory:/path` and `0::/path` of `/proc/self/cgroup`.
    private func groupPaths() -> (one: String, two: String) {
        var paths = (one: "/", two: "/")
        for line in lines(of: "/proc/self/cgroup") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[1].split(separator: ",").contains("memory") { paths.one = String(fields[2]) }
            if fields[0] == "0", fields[1].isEmpty { paths.two = String(fields[2]) }
        }
        return paths
    }

    /// Where a version's tree, or a part of it, can be seen.
    private struct Mount {
        /// The group that is seen at the mount's top.
        let group: String
        let folder: String

        /// The folders of a group and of those around it. A container may be told a path that only the machine outside
        /// knows; then they do not exist but for the last one, the mount itself, which is the container's own group.
        func folders(of path: String) -> [String] {
            let top = group.split(separator: "/")
            var rest = path.split(separator: "/")
            if rest.starts(with: top) { rest.removeFirst(top.count) }
            if rest.contains("..") { rest = [] }
            return (0...rest.count).reversed().map { count in
                ([folder] + rest.prefix(count).map(String.init)).joined(separator: "/")
            }
        }
    }

    /// From `/proc/self/mountinfo`, or else the usual places.
    private func mounts(_ version: Version) -> [Mount] {
        let isTwo = version.limit == Version.two.limit
        let found = lines(of: "/proc/self/mountinfo").compactMap { line -> Mount? in
            // 35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
            let isMemory = fields[dash + 3].split(separator: ",").contains("memory")
            guard isTwo ? fields[dash + 1] == "cgroup2" : fields[dash + 1] == "cgroup" && isMemory else { return nil }
            return Mount(group: String(fields[3]), folder: String(fields[4]))
        }
        return found.isEmpty ? version.usualMounts.map { Mount(group: "/", folder: $0) } : found
    }

    /// The whole file as one number; `nil` for `max` and for anything else that is no number from zero up.
    private func number(in path: String) -> Int? {
        let lines = lines(of: path)
        return lines.count == 1 ? Self.count(lines[0]) : nil
    }

    /// The number behind `key` on a line of its own, such as `inactive_file 4096`.
    private func value(of key: String, in path: String) -> Int? {
        for line in lines(of: path) {
            let words = line.split(separator: " ")
            if words.count >= 2, words[0] == key { return Self.count(words[1]) }
        }
        return nil
    }

    private static func count(_ text: Substring) -> Int? {
        Int(text).flatMap { $0 >= 0 ? $0 : nil }
    }

    private func lines(of path: String) -> [Substring] {
        guard let data = try? Data(contentsOf: root.appending(path: path)) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }
}
