import Foundation
import Serving
import Testing

@Suite("How much memory may be taken")
struct MemoryBudgetTests {
    private static let mountTwo = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    private static let mountOne = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    private static let mountCPU = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:1 - cgroup cgroup rw,cpu\n"
    private static let gigabytes = 1_000_000_000 / 1024 * 1024
    private static let unlimited = 9_223_372_036_854_771_712

    private static func folder(
        cgroup: String? = nil, mounts: String? = nil, groups: [String: String]..., memory: Int = 16 * gigabytes
    ) throws -> MachineFolder {
        var files = ["/proc/meminfo": meminfo(total: 2 * memory, available: memory)]
        files["/proc/self/cgroup"] = cgroup
        files["/proc/self/mountinfo"] = mounts
        for group in groups { files.merge(group) { $1 } }
        return try MachineFolder(files)
    }

    @Test("without control groups it is what the machine has available")
    func machine() throws {
        let folder = try Self.folder()
        let limit = MemoryBudget(root: folder.url).tightest()
        #expect(
            limit == .machine(total: 32 * Self.gigabytes, available: 16 * Self.gigabytes))
    }

    @Test("nothing is known where there is no /proc")
    func unknown() throws {
        let folder = try MachineFolder([:])
        let budget = MemoryBudget(root: folder.url)
        #expect(budget.tightest() == nil)
        #expect(budget.available() == nil)
        #expect(budget.shortage(of: Int.max) == nil)
    }

    @Test("version 2: the limit less what is used and cannot be given up at once")
    func versionTwo() throws {
        let folder = try Self.folder(
            cgroup: "0::/system.slice/vision.service\n", mounts: Self.mountCPU + Self.mountTwo,
            groups: groupTwo("/sys/fs/cgroup/system.slice/vision.service", max: "4000", current: 3000, inactive: 800))
        #expect(MemoryBudget(root: folder.url).tightest() == .container(total: 4000, available: 1800))
    }

    @Test("version 2: a group further up can be the tightest, and `max` is no limit", arguments: [0, 1, 2, 3])
    func nested(tightest: Int) throws {
        let folders = ["", "/a.slice", "/a.slice/b.slice", "/a.slice/b.slice/c.scope"].map { "/sys/fs/cgroup\($0)" }
        let folder = try Self.folder(cgroup: "0::/a.slice/b.slice/c.scope\n", mounts: Self.mountTwo)
        for (index, path) in folders.enumerated() {
            let max = index == tightest ? "5000" : index % 2 == 0 ? "max" : "9000"
            for (file, content) in groupTwo(path, max: max, current: 2000) { try folder.write(file, content) }
        }
        #expect(MemoryBudget(root: folder.url).tightest() == .container(total: 5000, available: 3000))
    }

    @Test("the group with the least left counts, not the one with the smallest limit")
    func leastLeft() throws {
        let folder = try Self.folder(
            cgroup: "0::/a/b\n", mounts: Self.mountTwo,
            groups: groupTwo("/sys/fs/cgroup/a", max: "9000", current: 8900),
            groupTwo("/sys/fs/cgroup/a/b", max: "5000", current: 2000))
        #expect(MemoryBudget(root: folder.url).tightest() == .container(total: 9000, available: 100))
    }

    @Test("version 1, where the greatest number of pages is no limit")
    func versionOne() throws {
        let folder = try Self.folder(
            cgroup: "12:cpu,cpuacct:/x\n4:memory:/docker/abc\n1:name=systemd:/y\n",
            mounts: Self.mountCPU + Self.mountOne,
            groups: groupOne("/sys/fs/cgroup/memory", limit: Self.unlimited, usage: 9_000_000),
            groupOne("/sys/fs/cgroup/memory/docker", limit: 70_000, usage: 30_000, inactive: 4000),
            groupOne("/sys/fs/cgroup/memory/docker/abc", limit: Self.unlimited, usage: 30_000))
        #expect(MemoryBudget(root: folder.url).tightest() == .container(total: 70_000, available: 44_000))
    }

    @Test("no limit anywhere leaves the machine's", arguments: ["4:memory:/x\n0::/\n", "0::/x\n", ""])
    func unlimited(cgroup: String) throws {
        let folder = try Self.folder(
            cgroup: cgroup, mounts: Self.mountOne + Self.mountTwo,
            groups: groupOne("/sys/fs/cgroup/memory/x", limit: Self.unlimited, usage: 5),
            groupTwo("/sys/fs/cgroup/x", max: "max", current: 5))
        #expect(MemoryBudget(root: folder.url).tightest()?.scope == .machine)
        try FileManager.default.removeItem(at: folder.url.appending(path: "/proc/meminfo"))
        #expect(MemoryBudget(root: folder.url).available() == nil)
    }

    @Test("both versions at once: memory may be limited in either tree", arguments: [true, false])
    func hybrid(inOne: Bool) throws {
        let unified = "38 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
        let folder = try Self.folder(
            cgroup: "4:memory:/job\n0::/job\n", mounts: Self.mountOne + unified,
            groups: inOne
                ? groupOne("/sys/fs/cgroup/memory/job", limit: 600, usage: 100)
                : groupTwo("/sys/fs/cgroup/unified/job", max: "600", current: 100))
        #expect(MemoryBudget(root: folder.url).tightest() == .container(total: 600, available: 500))
    }

    @Test(
        "a container whose path is the machine's, or above its own top, finds its limit at the mount's top",
        arguments: ["/docker/0123", "/kubepods/pod1/0123", "/../other", "/", "/gone (deleted)"])
    func namespaced(path: String) throws {
        let two = try Self.folder(
            cgroup: "0::\(path)\n", mounts: Self.mountTwo,
            groups: groupTwo("/sys/fs/cgroup", max: "800", current: 100, inactive: 50))
        #expect(MemoryBudget(root: two.url).tightest() == .container(total: 800, available: 750))

        let mount = "35 31 0:32 /docker/0123 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
        let one = try Self.folder(
            cgroup: "4:memory:\(path)\n", mounts: mount,
            groups: groupOne("/sys/fs/cgroup/memory", limit: 800, usage: 200))
        #expect(MemoryBudget(root: one.url).tightest() == .container(total: 800, available: 600))
    }

    @Test("a group below the one that a container sees at its top")
    func belowTheTop() throws {
        let folder = try Self.folder(
            cgroup: "4:memory:/docker/0123/job\n",
            mounts: "35 31 0:32 /docker/0123 /memory ro master:9 - cgroup none rw,cpuset,memory\n",
            groups: groupOne("/memory/job", limit: 800, usage: 100), groupOne("/memory", limit: 900, usage: 100))
        #expect(MemoryBudget(root: folder.url).tightest() == .container(total: 800, available: 700))
    }

    @Test("without mountinfo, the usual places", arguments: [nil, "", "35 31\n- - -\n- cgroup2\n\u{0}\n"])
    func usualPlaces(mounts: String?) throws {
        let two = try Self.folder(
            cgroup: "0::/a\n", mounts: mounts, groups: groupTwo("/sys/fs/cgroup/a", max: "300", current: 100))
        #expect(MemoryBudget(root: two.url).tightest() == .container(total: 300, available: 200))
        let one = try Self.folder(
            mounts: mounts, groups: groupOne("/sys/fs/cgroup/memory", limit: 300, usage: 100))
        #expect(MemoryBudget(root: one.url).tightest() == .container(total: 300, available: 200))
    }

    @Test("more used than allowed leaves nothing, and more to be given up than used counts as nothing used")
    func odd() throws {
        let over = try Self.folder(groups: groupTwo("/sys/fs/cgroup", max: "300", current: 400, inactive: 50))
        #expect(MemoryBudget(root: over.url).tightest() == .container(total: 300, available: 0))
        let under = try Self.folder(
            groups: groupTwo("/sys/fs/cgroup", max: "300", current: 10, inactive: Int.max))
        #expect(MemoryBudget(root: under.url).tightest() == .container(total: 300, available: 300))
    }

    @Test(
        "a file that makes no sense is no limit",
        arguments: ["", "\n", "many", "-1", "1 2", "1\n2", "99999999999999999999", "0x10", "\u{FEFF}12", "1.5", "NaN"])
    func malformed(text: String) throws {
        for file in ["memory.max", "memory.current"] {
            let folder = try Self.folder(cgroup: text, groups: groupTwo("/sys/fs/cgroup", max: "300", current: 100))
            try folder.write("/sys/fs/cgroup/\(file)", text)
            #expect(MemoryBudget(root: folder.url).tightest()?.scope == .machine)
        }
        let folder = try Self.folder(groups: groupTwo("/sys/fs/cgroup", max: "300", current: 100))
        try folder.write("/sys/fs/cgroup/memory.stat", "inactive_file \(text)\ninactive_file")
        #expect(MemoryBudget(root: folder.url).tightest()?.scope == .container)
        try folder.write("/proc/meminfo", "MemTotal: \(text)\nMemAvailable: \(Int.max) kB\nMemAvailable:")
        try folder.write("/sys/fs/cgroup/memory.max", "max")
        #expect(MemoryBudget(root: folder.url).available() == nil)
    }

    @Test("the sentence names who sets the limit, and there is none when it fits")
    func sentences() throws {
        let group = groupTwo("/sys/fs/cgroup", max: "2000000000", current: 800_000_000)
        let container = try Self.folder(groups: group)
        #expect(
            MemoryBudget(root: container.url).shortage(of: 3_600_000_000)
                == "The model needs about 3.6 GB, and this container or service may take 1.2 GB more (its limit is "
                + "2.0 GB). Raise the limit, or choose a smaller model.")
        #expect(MemoryBudget(root: container.url).shortage(of: 1_200_000_001) != nil)
        #expect(MemoryBudget(root: container.url).shortage(of: 1_200_000_000) == nil)

        let machine = try Self.folder(memory: 999_400_000)
        #expect(
            MemoryBudget(root: machine.url).shortage(of: 999_600_000)
                == "The model needs about 1.0 GB, and this machine has 999 MB of its 2.0 GB available. "
                + "End other programs, or choose a smaller model.")
    }

    @Test("a share is what is asked for, or half of what is left beside the model, but never nothing")
    func share() throws {
        let folder = try Self.folder(memory: 2_048_000_000)
        let budget = MemoryBudget(root: folder.url)
        #expect(budget.share(of: 700_000_000, beside: 0) == 700_000_000)
        #expect(budget.share(of: 700_000_000, beside: 1_048_000_000) == 500_000_000)
        #expect(budget.share(of: 700_000_000, beside: Int.max) == 48 << 20)
        #expect(budget.share(of: 1000, beside: Int.max) == 1000)
        let unknown = try MachineFolder([:])
        #expect(MemoryBudget(root: unknown.url).share(of: 7, beside: 9) == 7)
    }

    #if os(Linux)
        @Test("this machine gives an answer")
        func here() throws {
            let limit = try #require(MemoryBudget().tightest())
            #expect(limit.available > 1 << 20)
            #expect(limit.available <= limit.total)
            let budget = try #require(MemoryBudget().available())
            #expect(MemoryBudget().shortage(of: Int.max)?.contains("The model needs about") == true)
            #expect(budget > 1 << 20)
        }
    #endif
}

extension MemoryBudget.Limit {
    fileprivate static func machine(total: Int, available: Int) -> Self {
        Self(scope: .machine, total: total, available: available)
    }

    fileprivate static func container(total: Int, available: Int) -> Self {
        Self(scope: .container, total: total, available: available)
    }
}
