import Foundation

/// Any JSON, as a task with places in the image answers it.
package enum AnyJSON: Sendable, Equatable, Codable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([AnyJSON])
    case object([String: AnyJSON])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([AnyJSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: AnyJSON].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// A value on one line, its fields in the order of their names.
    package static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// JSON with its numbers as strings, so that `1.50` stays what it is: exiftool writes a text that looks like a number
    /// as one.
    static func quotingNumbers(_ json: Data) -> Data {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        var result = Data()
        var (isInString, isEscaped, isInNumber) = (false, false, false)
        for byte in json {
            let isOfNumber = (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte)
            if !isInString, isInNumber != isOfNumber, isInNumber || (0x30...0x39).contains(byte) || byte == 0x2D {
                result.append(quote)
                isInNumber.toggle()
            }
            if byte == quote, !isEscaped { isInString.toggle() }
            isEscaped = isInString && byte == backslash && !isEscaped
            result.append(byte)
        }
        return result
    }
}
