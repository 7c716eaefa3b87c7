import Foundation

/// A root folder with files that a test made up, gone when the test ends.
final class MachineFolder {
    let url: URL

    /// - Parameter files: content by path, such as `/proc/meminfo`.
    init(_ files: [String: String]) throws {
        url = FileManager.default.temporaryDirectory.appending(path: "machine-\(UUID().uuidString)")
        for (path, content) in files { try write(path, content) }
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func write(_ path: String, _ content: String) throws {
        let file = url.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content.utf8).write(to: file)
    }
}

/// What `/proc/meminfo` looks like on a machine with that much memory, in bytes.
func meminfo(total: Int, available: Int) -> String {
    """
    MemTotal:       \(total / 1024) kB
    MemFree:            1000 kB
    MemAvailable:   \(available / 1024) kB
    Buffers:             100 kB

    """
}

/// A version 2 group's files.
func groupTwo(_ folder: String, max: String, current: Int, inactive: Int = 0) -> [String: String] {
    [
        "\(folder)/memory.max": "\(max)\n",
        "\(folder)/memory.current": "\(current)\n",
        "\(folder)/memory.stat": "anon 7\nfile 9\ninactive_anon 11\nactive_file 13\ninactive_file \(inactive)\n",
    ]
}

/// A version 1 group's files.
func groupOne(_ folder: String, limit: Int, usage: Int, inactive: Int = 0) -> [String: String] {
    [
        "\(folder)/memory.limit_in_bytes": "\(limit)\n",
        "\(folder)/memory.usage_in_bytes": "\(usage)\n",
        "\(folder)/memory.stat": "cache 5\ninactive_file 3\ntotal_cache 5\ntotal_inactive_file \(inactive)\n",
    ]
}
