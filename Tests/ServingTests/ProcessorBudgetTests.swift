import Foundation
import Serving
import Testing

@Suite("How much of the processor may be used")
struct ProcessorBudgetTests {
    private static let mountTwo = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    private static let mountOne =
        "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        + "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:1 - cgroup cgroup rw,cpu,cpuacct\n"
        + "33 31 0:30 / /sys/fs/cgroup/cpuset rw shared:1 - cgroup cgroup rw,cpuset\n"

    private static func budget(
        cgroup: String? = nil, mounts: String? = nil, _ files: [String: String]
    ) throws -> (budget: ProcessorBudget, folder: MachineFolder) {
        var files = files
        files["/proc/self/cgroup"] = cgroup
        files["/proc/self/mountinfo"] = mounts
        let folder = try MachineFolder(files)
        return (ProcessorBudget(root: folder.url), folder)
    }

    /// A version 1 group's files.
    private static func groupOne(_ folder: String, _ quota: String, _ period: String = "100000") -> [String: String] {
        ["\(folder)/cpu.cfs_quota_us": quota + "\n", "\(folder)/cpu.cfs_period_us": period + "\n"]
    }

    @Test("without a quota it is all cores")
    func none() throws {
        let (empty, emptyFolder) = try Self.budget([:])
        let (open, openFolder) = try Self.budget(["/sys/fs/cgroup/cpu.max": "max 100000\n"])
        withExtendedLifetime((emptyFolder, openFolder)) {
            #expect(empty.quota() == nil && open.quota() == nil)
            #expect(empty.cores(of: 8) == 8 && open.cores(of: 1) == 1)
        }
    }

    @Test("version 2: the quota of a service, wherever among the groups around it", arguments: [0, 1, 2, 3])
    func nested(tightest: Int) throws {
        let groups = ["", "/system.slice", "/system.slice/vision.service", "/system.slice/vision.service/main"]
        var files: [String: String] = [:]
        for (index, group) in groups.enumerated() {
            files["/sys/fs/cgroup\(group)/cpu.max"] =
                index == tightest ? "150000 100000\n" : index % 2 == 0 ? "max 100000\n" : "800000 100000\n"
        }
        let (budget, folder) = try Self.budget(cgroup: "0::\(groups[3])\n", mounts: Self.mountTwo, files)
        withExtendedLifetime(folder) {
            #expect(budget.quota() == 1.5)
            #expect(budget.cores(of: 8) == 2)
            #expect(budget.cores(of: 1) == 1)
        }
    }

    @Test("version 1: of the tree whose controllers name cpu, where -1 is no quota")
    func versionOne() throws {
        let tree = "/sys/fs/cgroup/cpu,cpuacct"
        var files = Self.groupOne(tree, "-1").merging(Self.groupOne("\(tree)/docker", "300000")) { $1 }
        files.merge(Self.groupOne("\(tree)/docker/abc", "250000")) { $1 }
        files.merge(Self.groupOne("/sys/fs/cgroup/cpuset/docker", "1000")) { $1 }
        let (budget, folder) = try Self.budget(
            cgroup: "9:cpuset:/docker\n4:memory:/x\n3:cpu,cpuacct:/docker/abc\n", mounts: Self.mountOne, files)
        withExtendedLifetime(folder) {
            #expect(budget.quota() == 2.5)
            #expect(budget.cores(of: 8) == 3)
        }
    }

    @Test("without mountinfo, the usual places")
    func usualPlaces() throws {
        let (one, oneFolder) = try Self.budget(Self.groupOne("/sys/fs/cgroup/cpu", "50000"))
        let (two, twoFolder) = try Self.budget(cgroup: "0::/a\n", ["/sys/fs/cgroup/a/cpu.max": "200000 50000"])
        withExtendedLifetime((oneFolder, twoFolder)) {
            #expect(one.quota() == 0.5 && one.cores(of: 4) == 1)
            #expect(two.quota() == 4)
        }
    }

    @Test(
        "a file that makes no sense is no quota",
        arguments: ["", "\n", "1", "-5 100000", "1 2 3", "0 100000", "100000 0", "100000\n100000", "x y", "1e9 1"])
    func malformed(text: String) throws {
        let (budget, folder) = try Self.budget([
            "/sys/fs/cgroup/cpu.max": text,
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": text,
            "/sys/fs/cgroup/cpu/cpu.cfs_period_us": text,
        ])
        withExtendedLifetime(folder) { #expect(budget.quota() == (text == "1" ? 1 : nil)) }
    }

    @Test("huge numbers do not trap")
    func huge() throws {
        let (budget, folder) = try Self.budget(["/sys/fs/cgroup/cpu.max": "\(Int.max) 1\n"])
        withExtendedLifetime(folder) { #expect(budget.cores(of: 3) == 3) }
    }
}
