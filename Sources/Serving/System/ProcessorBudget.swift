public import Foundation

/// How much of the processor the process may use, as Linux tells it: the smallest quota of its control group and of the
/// groups around it, in version 1 as well as 2. What cannot be read or understood counts as no quota.
public struct ProcessorBudget: Sendable {
    private let files: SystemFiles

    /// - Parameter root: the folder below which `/proc` and the control groups are looked for.
    public init(root: URL = URL(filePath: "/")) {
        files = SystemFiles(root: root)
    }

    /// Seconds of processor time a second, such as 1.5 of `CPUQuota=150%`; `nil`: no limit.
    public func quota() -> Double? {
        ControlGroups(files).folders(.cpu).compactMap(quota).min()
    }

    /// How many threads may compute at a time on so many cores: a part of a core counts as one.
    public func cores(of count: Int) -> Int {
        guard let quota = quota() else { return max(1, count) }
        return max(1, Int(min(quota.rounded(.up), Double(max(1, count)))))
    }

    private func quota(_ folder: ControlGroups.Folder) -> Double? {
        let limit = folder.isTwo ? two(folder.path) : one(folder.path)
        guard let limit, limit.time > 0, limit.period > 0 else { return nil }
        return Double(limit.time) / Double(limit.period)
    }

    /// `cpu.max` is "<microseconds> <period>", or "max <period>".
    private func two(_ folder: String) -> (time: Int, period: Int)? {
        let lines = files.lines(of: "\(folder)/cpu.max")
        let words = lines.first?.split(separator: " ") ?? []
        guard lines.count == 1, words.count == 2 else { return nil }
        guard let time = SystemFiles.count(words[0]), let period = SystemFiles.count(words[1]) else { return nil }
        return (time, period)
    }

    /// A quota of -1 is none.
    private func one(_ folder: String) -> (time: Int, period: Int)? {
        guard let time = files.number(in: "\(folder)/cpu.cfs_quota_us") else { return nil }
        return files.number(in: "\(folder)/cpu.cfs_period_us").map { (time, $0) }
    }
}
