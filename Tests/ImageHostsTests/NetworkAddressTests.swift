import ImageHosts
import Testing

@Suite("Addresses that may be dialled")
struct NetworkAddressTests {
    private static func v6(_ groups: [UInt16]) -> [UInt8] {
        let groups = groups.count == 8 ? groups : groups + Array(repeating: 0, count: 7 - groups.count) + [1]
        return groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    }

    @Test(
        "networks of houses, machines, providers, groups and examples are closed",
        arguments: [
            [0, 0, 0, 0], [10, 1, 2, 3], [100, 64, 0, 1], [100, 127, 255, 255], [127, 0, 0, 1], [127, 255, 255, 255],
            [169, 254, 169, 254], [172, 16, 0, 1], [172, 31, 255, 255], [192, 0, 0, 1], [192, 0, 2, 1],
            [192, 88, 99, 1], [192, 168, 0, 1], [198, 18, 0, 1], [198, 19, 255, 255], [198, 51, 100, 1],
            [203, 0, 113, 1], [224, 0, 0, 1], [239, 255, 255, 255], [240, 0, 0, 1], [255, 255, 255, 255],
        ] as [[UInt8]])
    func closed4(bytes: [UInt8]) throws {
        #expect(try !#require(NetworkAddress(bytes: bytes)).isPublic)
    }

    @Test(
        "what lies just beside them is open",
        arguments: [
            [1, 1, 1, 1], [9, 255, 255, 255], [11, 0, 0, 0], [100, 63, 255, 255], [100, 128, 0, 0], [126, 0, 0, 1],
            [128, 0, 0, 1], [169, 253, 255, 255], [169, 255, 0, 0], [172, 15, 255, 255], [172, 32, 0, 0],
            [192, 0, 1, 0], [192, 167, 0, 1], [192, 169, 0, 0], [198, 17, 0, 0], [198, 20, 0, 0], [223, 255, 255, 255],
        ] as [[UInt8]])
    func open4(bytes: [UInt8]) throws {
        #expect(try #require(NetworkAddress(bytes: bytes)).isPublic)
    }

    @Test(
        "of IPv6 only what is public, and stands for no address of another kind",
        arguments: [
            ([], false), ([0xFE80], false), ([0xFC00], false), ([0xFD12], false), ([0xFF02], false),
            ([0, 0, 0, 0, 0, 0xFFFF, 0x0808, 0x0808], false), ([0x64, 0xFF9B, 0, 0, 0, 0, 0x0808, 0x0808], false),
            ([0x2001, 0], false), ([0x2001, 0x01FF], false), ([0x2001, 0xDB8], false), ([0x2002, 0x7F00], false),
            ([0x3FFF], false), ([0x2001, 0x0200], true), ([0x2001, 0x4860, 0x4860], true), ([0x2A00, 0x1450], true),
            ([0x2606, 0x4700], true), ([0x4000], false),
        ] as [([UInt16], Bool)])
    func ipv6(groups: [UInt16], isPublic: Bool) throws {
        #expect(try #require(NetworkAddress(bytes: Self.v6(groups))).isPublic == isPublic)
    }

    @Test("other numbers of bytes are no address")
    func lengths() {
        for count in [0, 3, 5, 15, 17] { #expect(NetworkAddress(bytes: Array(repeating: 8, count: count)) == nil) }
    }
}
