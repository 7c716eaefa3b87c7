import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A safetensors file, read in place: an 8-byte little-endian header length, a JSON header, then the tensors' bytes.
///
/// The whole header is checked before any tensor can be asked for: every range lies inside the file, ranges neither
/// overlap nor leave holes, and each range is as long as its shape says
/// (format: https://github.com/huggingface/safetensors#format).
public final class SafetensorsFile: @unchecked Sendable {
    /// One tensor of the file.
    public struct Entry: Sendable {
        /// The stored type's name, such as `F16`.
        public let dtype: String
        public let shape: [Int]
        /// Where the tensor's bytes lie, counted from the end of the header.
        package let range: Range<Int>
    }

    /// What to call the file in messages: its last path component.
    public let name: String
    public let entries: [String: Entry]
    private let data: UnsafeRawBufferPointer
    private let mapping: UnsafeRawBufferPointer?

    /// The largest header that is read, the limit of the reference implementation.
    private static let maximumHeaderBytes = 100_000_000

    /// Maps the file at `path` and checks its header.
    public init(path: String) throws {
        name = path.split(separator: "/").last.map(String.init) ?? path
        let bytes = try Self.map(path, name: name)
        do {
            (entries, data) = try Self.parse(bytes, name: name)
            mapping = bytes
        } catch {
            Self.unmap(bytes)
            throw error
        }
    }

    /// Reads a file that is already in memory and stays there for the life of the process.
    public init(name: String, bytes: UnsafeRawBufferPointer) throws {
        self.name = name
        (entries, data) = try Self.parse(bytes, name: name)
        mapping = nil
    }

    deinit {
        if let mapping { Self.unmap(mapping) }
    }

    /// The stored bytes of a tensor of this file; valid while the file object lives.
    func bytes(of entry: Entry) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: data[entry.range])
    }

    /// Says that a tensor's bytes have been read: their pages leave the process, though not the system's cache, and
    /// come back if they are read again. So a model that loads is never in memory twice.
    func release(_ entry: Entry) {
        guard mapping != nil, let base = data.baseAddress else { return }
        let page = Int(getpagesize())
        let first = (Int(bitPattern: base) + entry.range.lowerBound + page - 1) / page * page
        let end = (Int(bitPattern: base) + entry.range.upperBound) / page * page
        guard first < end else { return }
        madvise(UnsafeMutableRawPointer(bitPattern: first), end - first, MADV_DONTNEED)
    }
}

extension SafetensorsFile {
    private static func map(_ path: String, name: String) throws -> UnsafeRawBufferPointer {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TensorError.unreadableFile(path: name, reason: "it cannot be opened (\(systemError()))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size >= 8 else {
            throw TensorError.invalidFile(path: name, reason: "it is not a file of at least 8 bytes")
        }
        let size = Int(status.st_size)
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw TensorError.unreadableFile(path: name, reason: "it cannot be mapped (\(systemError()))")
        }
        return UnsafeRawBufferPointer(start: base, count: size)
    }

    private static func unmap(_ bytes: UnsafeRawBufferPointer) {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer, name: String
    ) throws -> ([String: Entry], UnsafeRawBufferPointer) {
        guard bytes.count >= 8 else {
            throw TensorError.invalidFile(path: name, reason: "it is shorter than the 8 bytes of a header length")
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= maximumHeaderBytes, length <= bytes.count - 8 else {
            throw damaged(name, "its header claims \(length) bytes, but the file has \(bytes.count)")
        }
        let headerEnd = 8 + Int(length)
        let entries: [String: Entry]
        do {
            entries = try JSONDecoder().decode(Header.self, from: Data(bytes[8..<headerEnd])).entries
        } catch {
            throw damaged(name, "its header is not valid safetensors JSON")
        }
        let data = UnsafeRawBufferPointer(rebasing: bytes[headerEnd...])
        try checkLayout(entries, dataCount: data.count, name: name)
        return (entries, data)
    }

    private static func checkLayout(_ entries: [String: Entry], dataCount: Int, name: String) throws {
        var end = 0
        for (tensor, entry) in entries.sorted(by: { $0.value.liesBefore($1.value) }) {
            guard entry.range.lowerBound == end else {
                throw damaged(name, "tensor \(tensor) overlaps another or leaves a hole before it")
            }
            guard let size = entry.byteCount, size == entry.range.count else {
                let found = "tensor \(tensor) has \(entry.range.count) bytes"
                throw damaged(name, "\(found), not what \(entry.dtype) \(entry.shape) needs")
            }
            end = entry.range.upperBound
        }
        guard end == dataCount else {
            throw damaged(name, "its tensors end at byte \(end) of \(dataCount): it is cut off or has trailing bytes")
        }
    }

    private static func damaged(_ name: String, _ reason: String) -> TensorError {
        .invalidFile(path: name, reason: reason + "; download it again")
    }

    private static func systemError() -> String { String(cString: strerror(errno)) }
}

extension SafetensorsFile.Entry {
    /// Bits of one element of every type that the format knows.
    private static let bits: [String: Int] = [
        "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
        "U16": 16, "I16": 16, "F16": 16, "BF16": 16, "U32": 32, "I32": 32, "F32": 32, "U64": 64, "I64": 64, "F64": 64,
        "C64": 64,
    ]

    /// The order in the file; tensors without bytes come before the one that starts where they do.
    fileprivate func liesBefore(_ other: Self) -> Bool {
        (range.lowerBound, range.upperBound) < (other.range.lowerBound, other.range.upperBound)
    }

    /// Bytes that type and shape need; nil where the type is unknown or the product overflows.
    fileprivate var byteCount: Int? {
        guard var total = Self.bits[dtype] else { return nil }
        for dimension in shape {
            let (product, overflow) = total.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { return nil }
            total = product
        }
        return total % 8 == 0 ? total / 8 : nil
    }
}

/// The JSON header: tensor names to entries, plus an optional `__metadata__` that is not used.
private struct Header: Decodable {
    private(set) var entries: [String: SafetensorsFile.Entry] = [:]

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Description: Decodable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        for key in container.allKeys where key.stringValue != "__metadata__" {
            let description = try container.decode(Description.self, forKey: key)
            let offsets = description.data_offsets
            guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "data_offsets")
            }
            entries[key.stringValue] = .init(
                dtype: description.dtype, shape: description.shape, range: offsets[0]..<offsets[1])
        }
    }
}
