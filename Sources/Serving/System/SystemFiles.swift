import Foundation

/// The small text files in which Linux tells about itself.
struct SystemFiles: Sendable {
    private let root: URL

    /// - Parameter root: the folder below which `/proc` and the control groups are looked for.
    init(root: URL) {
        self.root = root
    }

    /// The whole file as one number; `nil` for `max` and for anything else that is no number from zero up.
    func number(in path: String) -> Int? {
        let lines = lines(of: path)
        return lines.count == 1 ? Self.count(lines[0]) : nil
    }

    /// The number behind `key` on a line of its own, such as `inactive_file 4096`.
    func value(of key: String, in path: String) -> Int? {
        for line in lines(of: path) {
            let words = line.split(separator: " ")
            if words.count >= 2, words[0] == key { return Self.count(words[1]) }
        }
        return nil
    }

    /// The file's lines; none when it cannot be read.
    func lines(of path: String) -> [Substring] {
        guard let data = try? Data(contentsOf: root.appending(path: path)) else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }

    static func count(_ text: Substring) -> Int? {
        Int(text).flatMap { $0 >= 0 ? $0 : nil }
    }
}
