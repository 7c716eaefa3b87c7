import Serving
import Testing

@Suite("How long a model stays")
struct KeepAliveTests {
    @Test(
        "numbers and numbers with units are understood",
        arguments: [
            ("300", 300), ("0", 0), ("90s", 90), ("10m", 600), ("1h", 3600), ("1h30m", 5400), ("0s", 0),
            ("2147483648", 1 << 31), ("1.5h", 5400), ("+5m", 300), ("+7", 7), (".5m", 30), ("1.m", 60),
            ("1h0.5m30s", 3660),
            ("-0s", 0), ("-0", 0), ("60000ms", 60), ("2147483648s", 1 << 31),
        ])
    func forms(text: String, seconds: Int) {
        #expect(KeepAlive(text) == .lasting(.seconds(seconds)))
    }

    @Test(
        "parts of a second are kept",
        arguments: [
            ("500ms", 500_000_000), ("1.5s", 1_500_000_000), ("7us", 7000), ("7µs", 7000), ("7\u{3BC}s", 7000),
            ("3ns", 3), ("1s2ms3us4ns", 1_002_003_004), ("0.1ns", 0), ("0.000000000000000000000000000001h", 0),
        ])
    func parts(text: String, nanoseconds: Int) {
        #expect(KeepAlive(text) == .lasting(.nanoseconds(nanoseconds)))
    }

    @Test("negative means for ever", arguments: ["-1", "-300", "-1m", "-1s", "-1ns", "-1.5h", "-500ms"])
    func forever(text: String) {
        #expect(KeepAlive(text) == .forever)
        #expect(KeepAlive(seconds: -7) == .forever)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "m", "10x", "1.5", ".h", ".", "1..5h", "1.5.5h", "+", "+-5m", "1d", "1H", "1ms2", " 10m", "10m ",
            "10 m", "--1", "-", "-m", "1h30", "٣m", "2147483649",
            "9223372036854775807h", "99999999999999999999s", "596524h", "1e3", "596523h3600s9999999h", "2147483648.5s",
            "99999999999999999999.5ns",
        ])
    func refused(text: String) {
        #expect(KeepAlive(text) == nil)
    }
}
