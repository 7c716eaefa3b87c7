import CoreMetrics
import PrometheusText
import Testing

@Suite("Prometheus names and labels")
struct NameTests {
    @Test(
        "what a name may not hold becomes an underscore",
        arguments: [
            ("http.server-requests", "http_server_requests"), ("a:b_C9", "a:b_C9"), ("9lives", "_9lives"), ("", "_"),
            ("naïve", "na_ve"), ("a b\nc 1", "a_b_c_1"),
        ])
    func metricNames(label: String, name: String) {
        let registry = PrometheusRegistry()
        Gauge(label: label, factory: registry).record(1)
        #expect(samples(registry) == ["\(name) 1"])
    }

    @Test(
        "a label's name is made valid and takes none that has a meaning of its own",
        arguments: [
            ("http.route", "http_route"), ("a:b", "a_b"), ("1", "_1"), ("", "_"), ("_x", "_x"),
            ("__name__", "label___name__"), ("le", "label_le"),
        ])
    func labelNames(label: String, name: String) {
        let registry = PrometheusRegistry()
        Gauge(label: "g", dimensions: [(label, "v")], factory: registry).record(1)
        #expect(samples(registry) == [#"g{\#(name)="v"} 1"#])
    }

    @Test("values and help texts are escaped")
    func escaping() {
        let registry = PrometheusRegistry(descriptions: [MetricDescription("g", "A \"path\" like C:\\\nor so.")])
        Gauge(label: "g", dimensions: [("v", "a\\b\"c\nd é €")], factory: registry).record(1)
        #expect(
            metrics(registry) == [
                #"# HELP g A "path" like C:\\\nor so."#, "# TYPE g gauge", #"g{v="a\\b\"c\nd é €"} 1"#,
            ])
    }

    @Test("nothing in a value can forge a line or play with a terminal")
    func control() {
        let registry = PrometheusRegistry()
        let value = "x\r\u{1B}[31m\u{2028}\u{0}\u{202E}\"} 7\nforged 1"
        Gauge(label: "g", dimensions: [("v", value)], factory: registry).record(1)
        #expect(
            samples(registry) == [
                #"g{v="x\#u{FFFD}\#u{FFFD}[31m\#u{FFFD}\#u{FFFD}\#u{FFFD}\"} 7\nforged 1"} 1"#
            ])
    }

    @Test("a long value is cut")
    func longValues() {
        let registry = PrometheusRegistry()
        Gauge(label: "g", dimensions: [("v", String(repeating: "\"", count: 100_000))], factory: registry).record(1)
        #expect(samples(registry) == ["g{v=\"\(String(repeating: "\\\"", count: 200))\"} 1"])
    }

    @Test("an empty value is no label, and the first of equal names counts")
    func canonical() {
        let registry = PrometheusRegistry()
        for dimensions in [[], [("a", "")], [("a", ""), ("b", "")]] {
            Counter(label: "c", dimensions: dimensions, factory: registry).increment()
        }
        Counter(label: "d", dimensions: [("x.y", "1"), ("x-y", "2")], factory: registry).increment()
        #expect(samples(registry) == ["c_total 3", #"d_total{x_y="1"} 1"#])
    }
}
