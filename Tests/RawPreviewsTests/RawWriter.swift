/// Writes TIFF structures, what is pointed to before what points there.
struct RawWriter {
    enum Value {
        case short(Int)
        case long(Int)
        /// Bytes that stand elsewhere unless they are four at most, with the number of their type.
        case data([UInt8], type: Int = 7)

        static func text(_ text: String) -> Value { .data(Array(text.utf8) + [0], type: 2) }
    }

    private(set) var bytes: [UInt8]
    private let isBig: Bool

    /// - Parameters:
    ///   - mark: What stands for 42, as it is in the file.
    ///   - more: What stands behind the head.
    init(isBig: Bool = false, mark: [UInt8]? = nil, more: [UInt8] = []) {
        self.isBig = isBig
        let order = Array((isBig ? "MM" : "II").utf8)
        bytes = order + (mark ?? (isBig ? [0, 42] : [42, 0])) + [0, 0, 0, 0] + more
    }

    /// Puts bytes behind the others; answers where.
    mutating func add(_ data: [UInt8]) -> Int {
        if !bytes.count.isMultiple(of: 2) { bytes.append(0) }
        defer { bytes += data }
        return bytes.count
    }

    /// Puts a directory there; answers where.
    mutating func add(_ entries: [Int: Value], next: Int = 0) -> Int {
        var fields: [[UInt8]] = []
        for (tag, value) in entries.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .short(let number):
                fields.append(numbers((tag, 2), (3, 2), (1, 4), (number, 2), (0, 2)))
            case .long(let number):
                fields.append(numbers((tag, 2), (4, 2), (1, 4), (number, 4)))
            case .data(let data, let type):
                let head = numbers((tag, 2), (type, 2), (type == 4 ? data.count / 4 : data.count, 4))
                fields.append(
                    head
                        + (data.count > 4
                            ? numbers((add(data), 4)) : data + [UInt8](repeating: 0, count: 4 - data.count)))
            }
        }
        return add(numbers((entries.count, 2)) + fields.joined() + numbers((next, 4)))
    }

    /// The file, once its first directory is known.
    func file(_ directory: Int) -> [UInt8] {
        var file = bytes
        file.replaceSubrange(4..<8, with: numbers((directory, 4)))
        return file
    }

    /// Numbers with so many bytes each.
    func numbers(_ numbers: (value: Int, bytes: Int)...) -> [UInt8] {
        numbers.flatMap { number in
            let little = (0..<number.bytes).map { UInt8(truncatingIfNeeded: number.value >> (8 * $0)) }
            return isBig ? little.reversed() : little
        }
    }
}
