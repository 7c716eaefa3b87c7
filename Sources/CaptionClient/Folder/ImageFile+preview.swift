import Foundation
import RawPreviews

extension ImageFile {
    /// The preview in a RAW file, as a JPEG file that says how it is turned; `nil` for files of other names.
    ///
    /// - Parameter byContent: Whether files of other names are looked into: a server does.
    /// - Throws: `ClientError.unreadable`.
    func preview(byContent: Bool = false) throws(ClientError) -> [UInt8]? {
        let isNamedRaw = FileKinds.hasPreview(FileName(path))
        guard isNamedRaw || byContent else { return nil }
        let size = try stamp().size
        let handle = try open()
        defer { try? handle.close() }
        let descriptor = handle.fileDescriptor
        let source = RawSource(count: size) { offset, count in Self.read(count, at: offset, descriptor) }
        guard let file = RawPreview(source, isNamedRaw: isNamedRaw)?.file else {
            guard isNamedRaw else { return nil }
            throw .unreadable("This RAW file has no preview that can be shown. Export it as JPEG.")
        }
        return file
    }

    /// nil where the file has become shorter, or cannot be read.
    private static func read(_ count: Int, at offset: Int, _ descriptor: Int32) -> [UInt8]? {
        var done = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            while done < count, let start = target.baseAddress {
                let more = pread(descriptor, start + done, count - done, off_t(offset + done))
                if more < 0, errno == EINTR { continue }
                guard more > 0 else { break }
                done += more
            }
            filled = done
        }
        return done == count ? bytes : nil
    }
}
