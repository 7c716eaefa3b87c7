import CoreMetrics
import PrometheusText
import Testing

@Suite("The limit on Prometheus series")
struct SeriesLimitTests {
    @Test("never more lines than the limit, whatever labels come; what was there goes on counting")
    func limit() {
        let registry = PrometheusRegistry()
        let early = Timer(label: "wait", factory: registry)
        for path in 0..<1000 {
            Counter(label: "requests", dimensions: [("path", "/\(path)")], factory: registry).increment()
            Timer(label: "time", dimensions: [("path", "/\(path)")], factory: registry).recordSeconds(1)
        }
        early.recordSeconds(2)
        Counter(label: "requests", dimensions: [("path", "/0")], factory: registry).increment()

        let lines = registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 50)
        #expect(lines.contains("wait_seconds_count 1"))
        #expect(lines.contains(#"requests_total{path="/0"} 2"#))
        // One line counts drops and each timer takes ten: 10 + 3 * 10 + 9 counters.
        #expect(drops(registry) == 997 + 991)
    }

    @Test("a histogram that does not fit leaves its room to what does")
    func room() {
        let registry = PrometheusRegistry(
            seriesLimit: 5, descriptions: [MetricDescription("h", "Values.", buckets: [1, 2])])
        Recorder(label: "h", factory: registry).record(1)
        Counter(label: "c", factory: registry).increment()
        #expect(samples(registry) == ["c_total 1"])
        #expect(drops(registry) == 1)
    }

    @Test("the room of a destroyed metric is free again")
    func destroyed() {
        let registry = PrometheusRegistry(seriesLimit: 2)
        for number in 0..<100 {
            let counter = Counter(label: "c", dimensions: [("n", "\(number)")], factory: registry)
            counter.increment()
            #expect(samples(registry) == [#"c_total{n="\#(number)"} 1"#])
            counter.destroy()
        }
        #expect(drops(registry) == 0)
    }

    @Test("a name keeps its first type, and the names that a histogram writes are its own", arguments: [0, -1, 50])
    func types(limit: Int) {
        let registry = PrometheusRegistry(seriesLimit: limit)
        Recorder(label: "x", factory: registry).record(1)
        Gauge(label: "x", factory: registry).record(1)
        Gauge(label: "x_count", factory: registry).record(1)
        Gauge(label: "metrics_dropped_series_total", factory: registry).record(1)
        #expect(drops(registry) == (limit == 50 ? 3 : 4))
        #expect(metrics(registry).filter { $0.hasPrefix("# TYPE") } == (limit == 50 ? ["# TYPE x histogram"] : []))

        Gauge(label: "y_sum", factory: registry).record(1)
        Recorder(label: "y", factory: registry).record(1)
        #expect(!registry.text().contains("# TYPE y histogram"))
    }

    @Test("counters and timers can share a name when their suffixes differ")
    func suffixes() {
        let registry = PrometheusRegistry()
        Counter(label: "load", factory: registry).increment()
        Timer(label: "load", factory: registry).recordSeconds(1)
        Gauge(label: "load", factory: registry).record(1)
        #expect(drops(registry) == 0)
    }

    @Test("the metric that counts drops cannot be destroyed")
    func dropsStay() {
        let registry = PrometheusRegistry()
        Counter(label: "metrics_dropped_series", factory: registry).destroy()
        #expect(drops(registry) == 0)
    }

    @Test("many tasks at once: every sum is exact and every text consistent")
    func concurrency() async {
        let registry = PrometheusRegistry(descriptions: [MetricDescription("h", "Values.", buckets: [0.5])])
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<32 {
                group.addTask { work(task, registry) }
            }
        }
        #expect(
            samples(registry) == [
                #"c_total{parity="0"} 16000"#, #"c_total{parity="1"} 16000"#, "f_total 16000", "g 0",
                #"h_bucket{le="0.5"} 16000"#, #"h_bucket{le="+Inf"} 32000"#, "h_sum 24000", "h_count 32000",
            ])
        #expect(drops(registry) == 0)
    }
}

/// A thousand times each kind of metric, made anew each time, with a look at the text now and then.
private func work(_ task: Int, _ registry: PrometheusRegistry) {
    let meter = Meter(label: "g", factory: registry)
    for step in 0..<1000 {
        Counter(label: "c", dimensions: [("parity", "\(task % 2)")], factory: registry).increment()
        FloatingPointCounter(label: "f", factory: registry).increment(by: 0.5)
        Recorder(label: "h", factory: registry).record(step % 2 == 0 ? 0.25 : 1.25)
        meter.increment(by: 2)
        meter.decrement(by: 2)
        if step % 100 == 0 {
            let lines = samples(registry)
            let total = lines.first { $0.hasPrefix("h_count") }?.split(separator: " ").last
            let all = lines.first { $0.contains("+Inf") }?.split(separator: " ").last
            #expect(total == all)
        }
    }
}
