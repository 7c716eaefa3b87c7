import HTTPTypes
import Hummingbird

/// What names one request in the log and in its answer, so that the two can be found by each other.
struct RequestID: Sendable {
    let text: String

    /// The one that the client or a proxy has sent, where it is harmless and short; else a new one.
    init(_ request: Request) {
        let sent = request.headers[values: .requestID]
        text = sent.count == 1 && Self.isSane(sent[0]) ? sent[0] : Self.random()
    }

    /// Letters, digits and a few marks; UUIDs, hexadecimal digits and base64 are made of these.
    private static func isSane(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.:+/@~".utf8.contains(byte)
                }
            }
    }

    /// 16 hexadecimal digits.
    private static func random() -> String {
        let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension HTTPField.Name {
    /// `x-request-id`
    static let requestID = HTTPField.Name("x-request-id") ?? .from
}
