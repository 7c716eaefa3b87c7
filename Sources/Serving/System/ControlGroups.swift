import Foundation

/// The control groups around this process, as Linux tells of them: its own and every one around that can be seen from
/// here, in version 1 as well as 2.
struct ControlGroups: Sendable {
    enum Controller: String { case memory, cpu }

    /// The folder of a group.
    struct Folder {
        let path: String
        /// Whether it is of version 2.
        let isTwo: Bool
    }

    private let files: SystemFiles

    init(_ files: SystemFiles) {
        self.files = files
    }

    /// Those in which a controller may have set a limit.
    func folders(_ controller: Controller) -> [Folder] {
        let paths = paths(controller)
        return [(false, paths.one), (true, paths.two)].flatMap { isTwo, path in
            mounts(controller, isTwo).flatMap { mount in
                mount.folders(of: path).map { Folder(path: $0, isTwo: isTwo) }
            }
        }
    }

    /// Where the process is in each version's tree: `4:memory:/path` and `0::/path` of `/proc/self/cgroup`.
    private func paths(_ controller: Controller) -> (one: String, two: String) {
        var paths = (one: "/", two: "/")
        for line in files.lines(of: "/proc/self/cgroup") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isMeant = fields[1].split(separator: ",").contains { $0 == controller.rawValue }
            if isMeant { paths.one = String(fields[2]) }
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
    private func mounts(_ controller: Controller, _ isTwo: Bool) -> [Mount] {
        let found = files.lines(of: "/proc/self/mountinfo").compactMap { line -> Mount? in
            // 35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
            let isMeant = fields[dash + 3].split(separator: ",").contains { $0 == controller.rawValue }
            guard isTwo ? fields[dash + 1] == "cgroup2" : fields[dash + 1] == "cgroup" && isMeant else { return nil }
            return Mount(group: String(fields[3]), folder: String(fields[4]))
        }
        let usual = isTwo ? ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] : ["/sys/fs/cgroup/\(controller.rawValue)"]
        return found.isEmpty ? usual.map { Mount(group: "/", folder: $0) } : found
    }
}
