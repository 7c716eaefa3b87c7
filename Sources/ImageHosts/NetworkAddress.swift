/// An address of the internet protocol.
package struct NetworkAddress: Sendable, Equatable {
    /// Four or sixteen, the first one first.
    private let bytes: [UInt8]

    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// In numbers, IPv6 in brackets.
    var text: String {
        if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        return "[\(groups.joined(separator: ":"))]"
    }

    /// Whether it is one of the public internet: no network of a house or a provider, no machine's own, no group, none
    /// that stands for an address of another kind.
    package var isPublic: Bool {
        let networks = bytes.count == 4 ? Self.closed4 : Self.closed6
        return (bytes.count == 4 || starts(with: [0x20], bits: 3))
            && !networks.contains { starts(with: $0.0, bits: $0.1) }
    }

    private func starts(with prefix: [UInt8], bits: Int) -> Bool {
        (0..<bits).allSatisfy { bit in
            let mask = UInt8(0x80) >> (bit % 8)
            let wanted = bit / 8 < prefix.count ? prefix[bit / 8] : 0
            return bytes[bit / 8] & mask == wanted & mask
        }
    }

    /// The registry of special IPv4 addresses, groups and what is reserved.
    private static let closed4: [([UInt8], Int)] = [
        ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24),
        ([192, 0, 2], 24), ([192, 88, 99], 24), ([192, 168], 16), ([198, 18], 15), ([198, 51, 100], 24),
        ([203, 0, 113], 24), ([224], 4), ([240], 4),
    ]

    /// Of what is public in IPv6, 2000::/3: protocols such as Teredo, examples, 6to4.
    private static let closed6: [([UInt8], Int)] = [
        ([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0D, 0xB8], 32), ([0x20, 0x02], 16), ([0x3F, 0xFF, 0x00], 20),
    ]
}
