import CaptionClient
import Foundation
import Testing

/// The exiftool that is installed, with which tests prepare pictures and look at what was written.
enum RealExifTool {
    /// A picture without metadata.
    static let picture = goldens.appending(path: "clients/save.jfif")

    static let goldens = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Goldens")

    /// A folder with that picture under each of these names.
    static func album(_ names: [String]) throws -> Album {
        let (album, content) = (try Album(), try Data(contentsOf: picture))
        for name in names { try album.add(name, content) }
        return album
    }

    /// What it writes to its output.
    @discardableResult
    static func run(_ arguments: [String]) throws -> Data {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(filePath: try #require(exifToolPath))
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return output
    }

    /// Writes fields into a file, such as `-XMP-dc:Title=x`.
    static func set(_ fields: String..., in file: String) throws { try run(["-overwrite_original"] + fields + [file]) }

    /// What it reads of a file's descriptions and keywords, and all else in XMP and IPTC, by the names of its tags with
    /// their groups.
    static func tags(_ file: String) throws -> [String: AnyJSON] {
        let json = try run(["-j", "-G1", "-a", "-struct", "-XMP:all", "-IPTC:all", "-IFD0:ImageDescription", file])
        return try #require(JSONDecoder().decode([[String: AnyJSON]].self, from: json).first)
    }
}
