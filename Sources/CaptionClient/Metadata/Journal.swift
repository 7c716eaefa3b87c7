import Foundation
import Synchronization

/// Which images had their metadata when they were last seen, so that a run which is gone on with need not ask exiftool
/// about each of a hundred thousand again. An image that has changed since counts as unknown.
package final class Journal: Sendable {
    private let descriptor: Int32
    private let known: Mutex<[UInt64: UInt64]>

    /// Two numbers of 8 bytes an image: of its name, and of the state of its files.
    private static let recordSize = 16

    /// - Parameters:
    ///   - folder: where journals are; it is made.
    ///   - subject: tells this journal from others: the images' folder and what is written.
    /// - Returns: `nil` where none can be kept.
    package init?(folder: String, subject: String) {
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let numbers = [Fingerprint(subject), Fingerprint("journal of " + subject)].map(\.value)
        let name = numbers.map { String($0, radix: 16) }.joined(separator: "-")
        descriptor = open(folder + "/" + name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0, let content = try? SystemRead.whole(descriptor) else { return nil }
        // What was cut off is forgotten.
        let whole = content.count / Self.recordSize * Self.recordSize
        if whole < content.count { ftruncate(descriptor, off_t(whole)) }
        known = Mutex(Self.records(content.prefix(whole)))
    }

    deinit {
        close(descriptor)
    }

    /// The folder where journals are kept: `vision-client` in `XDG_STATE_HOME`, else in `~/.local/state`; `nil` where
    /// there is no home.
    package static func folder(_ environment: [String: String]) -> String? {
        let named = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.local/state" : nil }
        return (named ?? home).map { $0 + "/vision-client" }
    }

    /// Whether the image had its metadata, and its files are as they were then.
    func contains(_ name: String, _ files: [String]) -> Bool {
        known.withLock { $0[Fingerprint(name).value] } == Self.state(files)
    }

    /// Takes note that the image has its metadata; a journal that cannot be written costs time at the next run only.
    func add(_ name: String, _ files: [String]) {
        let state = Self.state(files)
        let name = Fingerprint(name).value
        known.withLock { known in
            guard known.updateValue(state, forKey: name) != state else { return }
            let record = withUnsafeBytes(of: (name.littleEndian, state.littleEndian)) { Data($0) }
            try? SystemWrite.whole(record, to: descriptor)
        }
    }

    private static func records(_ content: Data) -> [UInt64: UInt64] {
        var known: [UInt64: UInt64] = [:]
        known.reserveCapacity(content.count / recordSize)
        content.withUnsafeBytes { bytes in
            for offset in stride(from: 0, to: bytes.count, by: recordSize) {
                let name = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                known[UInt64(littleEndian: name)] = UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
            }
        }
        return known
    }

    /// A number for sizes and times of files, and for which of them are there.
    private static func state(_ files: [String]) -> UInt64 {
        var fingerprint = Fingerprint()
        for file in files {
            var status = stat()
            guard stat(file, &status) == 0 else {
                fingerprint.add(.max)
                continue
            }
            #if canImport(Darwin)
                let times = [status.st_mtimespec, status.st_ctimespec]
            #else
                let times = [status.st_mtim, status.st_ctim]
            #endif
            fingerprint.add(UInt64(bitPattern: Int64(status.st_size)))
            for time in times {
                fingerprint.add(UInt64(bitPattern: Int64(time.tv_sec)))
                fingerprint.add(UInt64(bitPattern: Int64(time.tv_nsec)))
            }
        }
        return fingerprint.value
    }
}
