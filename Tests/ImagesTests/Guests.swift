import Foundation
import Images

/// What the tests of HEIC, AVIF and JPEG XL share.
enum Guests {
    /// The program that decodes them, beside the test bundle: the build makes both.
    static let program = DecoderProgram(path: programURL.path)
    static let decoder = ImageDecoder(program: program)

    /// Whether libheif and libjxl are installed.
    static let librariesAreThere = [ImageFormat.heif, .jxl].allSatisfy { CodecLibraries.guest(of: $0) != nil }

    /// Whether the program is there, too: it is not where libraries alone are built.
    static let areRead = FileManager.default.isExecutableFile(atPath: programURL.path) && librariesAreThere

    private static let programURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "vision-server")
    private static let folder = Goldens.folder.appending(path: "guests")

    static func bytes(_ name: String) throws -> [UInt8] { try Goldens.bytes(name, in: "guests") }

    /// Names of the small files.
    static let names: [String] = {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return all.filter { !$0.hasSuffix(".png") && !$0.hasPrefix("large") }.sorted()
    }()
}

/// A shell script in place of the program that decodes.
final class FakeDecoder {
    let name = "g" + UUID().uuidString.prefix(12)
    private let path: String

    init(_ script: String) throws {
        path = FileManager.default.temporaryDirectory.appending(path: name).path
        // Another process writes it: what this one has open for writing, a child that another test starts at this moment
        // may hold, and the system runs no file that is being written.
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "printf '%s\\n' '#!/bin/sh' \"$1\" >\"$2\" && chmod 700 \"$2\"", "sh", script, path]
        try shell.run()
        shell.waitUntilExit()
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var program: DecoderProgram { DecoderProgram(path: path) }

    /// Whether a process of it is there, be it one that nobody has reaped.
    var isThere: Bool { Processes.all.contains { $0.name == name } }
}

/// The processes of this machine.
enum Processes {
    struct Found {
        let name: String
        let words: [String]
    }

    static var all: [Found] {
        let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).filter { Int($0) != nil }
        return numbers.compactMap { number in
            guard let name = try? String(contentsOfFile: "/proc/\(number)/comm", encoding: .utf8) else { return nil }
            let line = (try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8)) ?? ""
            return Found(
                name: name.trimmingCharacters(in: .newlines), words: line.split(separator: "\0").map(String.init))
        }
    }
}
