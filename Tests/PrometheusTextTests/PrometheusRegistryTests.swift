import CoreMetrics
import PrometheusText
import Testing

@Suite("Prometheus text")
struct PrometheusRegistryTests {
    @Test("a counter gets its suffix, help and type; floating-point amounts add up")
    func counters() {
        let registry = PrometheusRegistry(descriptions: [MetricDescription("images_total", "Pictures answered.")])
        let images = Counter(label: "images", factory: registry)
        images.increment()
        images.increment(by: 41)
        let energy = FloatingPointCounter(label: "energy_joules_total", factory: registry)
        energy.increment(by: 0.5)
        energy.increment(by: 2)

        #expect(
            registry.text() == """
                # TYPE energy_joules_total counter
                energy_joules_total 2.5
                # HELP images_total Pictures answered.
                # TYPE images_total counter
                images_total 42
                # HELP metrics_dropped_series_total Times that a metric was not kept: too many series, or a name that \
                another type has.
                # TYPE metrics_dropped_series_total counter
                metrics_dropped_series_total 0

                """)
    }

    @Test("a counter never falls, and starts anew when it is reset")
    func countersOnlyGrow() {
        let registry = PrometheusRegistry()
        let counter = Counter(label: "a", factory: registry)
        let fraction = FloatingPointCounter(label: "b", factory: registry)
        counter.increment(by: 3)
        counter.increment(by: -1)
        for amount in [1.5, -1, .nan, .infinity, -.infinity] { fraction.increment(by: amount) }
        #expect(metrics(registry) == ["# TYPE a_total counter", "a_total 3", "# TYPE b_total counter", "b_total 1.5"])
        counter.reset()
        fraction.reset()
        #expect(samples(registry) == ["a_total 0", "b_total 0"])
    }

    @Test("meters, gauges and recorders that do not aggregate are gauges")
    func gauges() {
        let registry = PrometheusRegistry()
        let meter = Meter(label: "meter", factory: registry)
        meter.set(5)
        meter.increment(by: 2.25)
        meter.decrement(by: 0.5)
        Gauge(label: "gauge", factory: registry).record(-12)
        Recorder(label: "recorder", aggregate: false, factory: registry).record(0.001)
        #expect(
            metrics(registry) == [
                "# TYPE gauge gauge", "gauge -12", "# TYPE meter gauge", "meter 6.75", "# TYPE recorder gauge",
                "recorder 0.001",
            ])
    }

    @Test(
        "a number is written as Prometheus reads it",
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (1.5, "1.5"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
            (3_435_973_836.8, "3435973836.8"), (9_007_199_254_740_991, "9007199254740991"), (1e300, "1e+300"),
            (1e-7, "1e-07"), (.leastNonzeroMagnitude, "5e-324"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        let registry = PrometheusRegistry()
        Gauge(label: "g", factory: registry).record(value)
        #expect(samples(registry) == ["g \(text)"])
    }

    @Test("metrics and labels come sorted, and the order of a metric's labels makes no difference")
    func order() {
        let registry = PrometheusRegistry()
        for (route, status) in [("/model", "200"), ("/process_image", "503"), ("/process_image", "200")] {
            Counter(label: "requests", dimensions: [("status", status), ("route", route)], factory: registry)
                .increment()
            Counter(label: "requests", dimensions: [("route", route), ("status", status)], factory: registry)
                .increment()
        }
        Counter(label: "answers", factory: registry).increment()
        #expect(
            samples(registry) == [
                "answers_total 1",
                #"requests_total{route="/model",status="200"} 2"#,
                #"requests_total{route="/process_image",status="200"} 2"#,
                #"requests_total{route="/process_image",status="503"} 2"#,
            ])
    }

    @Test("a destroyed metric is gone and counts no more")
    func destroyed() {
        let registry = PrometheusRegistry()
        let kept = Counter(label: "c", dimensions: [("a", "1")], factory: registry)
        let gone = Counter(label: "c", dimensions: [("a", "2")], factory: registry)
        let meter = Meter(label: "m", factory: registry)
        let recorder = Recorder(label: "r", factory: registry)
        let timer = Timer(label: "t", factory: registry)
        let fraction = FloatingPointCounter(label: "f", factory: registry)
        meter.destroy()
        recorder.destroy()
        timer.destroy()
        fraction.destroy()
        gone.destroy()
        gone.increment()
        kept.increment()
        #expect(metrics(registry) == ["# TYPE c_total counter", #"c_total{a="1"} 1"#])
    }
}
