import CoreMetrics
import PrometheusText
import Testing

@Suite("Prometheus histograms")
struct HistogramTests {
    @Test("buckets are cumulative, a bound belongs to its bucket, the last one holds all")
    func buckets() {
        let registry = PrometheusRegistry(descriptions: [
            MetricDescription("tokens", "Tokens of an answer.", buckets: [1, 2.5, 10])
        ])
        let recorder = Recorder(label: "tokens", dimensions: [("task", "<OD>")], factory: registry)
        for value in [-1, 1, 2, 2.5, 2.6, 10, 11, 1000] { recorder.record(value) }
        #expect(
            metrics(registry) == [
                "# HELP tokens Tokens of an answer.",
                "# TYPE tokens histogram",
                #"tokens_bucket{task="<OD>",le="1"} 2"#,
                #"tokens_bucket{task="<OD>",le="2.5"} 4"#,
                #"tokens_bucket{task="<OD>",le="10"} 6"#,
                #"tokens_bucket{task="<OD>",le="+Inf"} 8"#,
                #"tokens_sum{task="<OD>"} 1028.1"#,
                #"tokens_count{task="<OD>"} 8"#,
            ])
    }

    @Test("a timer is a histogram in seconds, with buckets from a millisecond to ten minutes")
    func timers() {
        let registry = PrometheusRegistry()
        let timer = Timer(label: "queue.wait", factory: registry)
        timer.recordMilliseconds(1)
        timer.recordMilliseconds(250)
        timer.recordSeconds(61.5)
        timer.recordNanoseconds(-5)
        #expect(
            metrics(registry) == [
                "# TYPE queue_wait_seconds histogram",
                #"queue_wait_seconds_bucket{le="0.001"} 2"#,
                #"queue_wait_seconds_bucket{le="0.01"} 2"#,
                #"queue_wait_seconds_bucket{le="0.1"} 2"#,
                #"queue_wait_seconds_bucket{le="1"} 3"#,
                #"queue_wait_seconds_bucket{le="10"} 3"#,
                #"queue_wait_seconds_bucket{le="60"} 3"#,
                #"queue_wait_seconds_bucket{le="600"} 4"#,
                #"queue_wait_seconds_bucket{le="+Inf"} 4"#,
                "queue_wait_seconds_sum 61.751",
                "queue_wait_seconds_count 4",
            ])
    }

    @Test("the longest duration that there is gets its place above every bound")
    func longest() {
        let registry = PrometheusRegistry(descriptions: [MetricDescription("t_seconds", "Time.", buckets: [600])])
        Timer(label: "t_seconds", factory: registry).recordNanoseconds(Int64.max)
        #expect(
            samples(registry) == [
                #"t_seconds_bucket{le="600"} 0"#, #"t_seconds_bucket{le="+Inf"} 1"#,
                "t_seconds_sum 9223372036.854776", "t_seconds_count 1",
            ])
    }

    @Test("values that are no finite number are left out")
    func notFinite() {
        let registry = PrometheusRegistry(descriptions: [MetricDescription("r", "Values.", buckets: [1])])
        let recorder = Recorder(label: "r", factory: registry)
        for value in [.nan, .infinity, -.infinity, 0.5] { recorder.record(value) }
        #expect(
            samples(registry) == [#"r_bucket{le="1"} 1"#, #"r_bucket{le="+Inf"} 1"#, "r_sum 0.5", "r_count 1"])
    }

    @Test(
        "bounds in any order, doubled or useless make a right histogram",
        arguments: [
            ([5, 1, 5, .nan, .infinity, 2], ["1", "2", "5", "+Inf"]), ([], ["+Inf"]), ([-1, 0], ["-1", "0", "+Inf"]),
        ] as [([Double], [String])])
    func bounds(buckets: [Double], expected: [String]) {
        let registry = PrometheusRegistry(descriptions: [MetricDescription("r", "Values.", buckets: buckets)])
        Recorder(label: "r", factory: registry).record(1)
        let found = samples(registry).compactMap { line in
            line.hasPrefix("r_bucket") ? line.split(separator: "\"").dropFirst().first.map(String.init) : nil
        }
        #expect(found == expected)
    }
}
