import Serving
import Testing

@Suite("How long a model stays")
struct KeepAliveTests {
    @Test(
        "numbers and numbers with units are understood",
        arguments: [
            ("300", 300), ("0", 0), ("90s", 90), ("10m", 600), ("1h", 3600), ("1h30m", 5400), ("0s", 0),
            ("2147483648", 1 << 31),
        ])
    func forms(text: String, seconds: Int) {
        #expect(KeepAlive(text) == .lasting(.seconds(seconds)))
    }

    @Test("negative means for ever", arguments: ["-1", "-300", "-1m"])
    func forever(text: String) {
        #expect(KeepAlive(text) == .forever)
        #expect(KeepAlive(seconds: -7) == .forever)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "m", "10x", "1.5h", " 10m", "10m ", "10 m", "--1", "-", "-m", "1h30", "٣m", "2147483649",
            "9223372036854775807h", "99999999999999999999s", "596524h", "1e3",
        ])
    func refused(text: String) {
        #expect(KeepAlive(text) == nil)
    }
}
