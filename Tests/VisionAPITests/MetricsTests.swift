import Eventually
import Foundation
import Loopback
import Testing

@Suite("What GET /metrics shows", .serialized)
struct MetricsTests {
    private func ask(
        _ port: Int, _ request: String, _ fields: [String] = [], body: String = ""
    ) async throws -> String {
        try await LoopbackConnection.ask(port, request, fields, body: body)
    }

    private func metrics(_ port: Int) async throws -> [String: Double] {
        try await LoopbackConnection.metrics(port)
    }

    private func requests(_ route: String, _ status: String) -> String {
        "vision_requests_total{route=\"\(route)\",status=\"\(status)\"}"
    }

    @Test("a storm of paths, methods and keys adds no series, and a refusal after it is counted")
    func storm() async throws {
        // Nothing listens there: the model's files can't be had, and the server says so to who asks.
        let cache = FileManager.default.temporaryDirectory.appending(path: "storm-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: cache) }
        let server = try RunningProgram(
            ["--model", "owner/name", "--port", "0"],
            environment: ["HF_ENDPOINT": "http://127.0.0.1:1", "HF_HUB_CACHE": cache.path])
        let port = try await server.port()
        let before = try await metrics(port)
        #expect(before[requests("/process_image", "503")] == 0)
        for number in 0..<60 {
            _ = try await ask(port, "GET /probe-\(number)?a=\(number)", ["x-request-id: \(number)"])
            _ = try await ask(port, ["PUT", "DELETE", "PATCH", "TRACE"][number % 4] + " /model")
            _ = try await ask(port, "M\(number) /model")
        }
        for path in ["/model/", "//model", "/./model", "/process_image/x", "/%6dodel"] {
            _ = try await ask(port, "GET \(path)")
        }
        #expect(try await ask(port, "POST /process_image", body: "{}").hasPrefix("HTTP/1.1 503 "))
        #expect(try await ask(port, "POST /load", body: "{\"keep_alive\": true}").hasPrefix("HTTP/1.1 422 "))
        let after = try await metrics(port)
        #expect(Set(after.keys) == Set(before.keys))
        #expect(after[requests("/process_image", "503")] == 1)
        #expect(after[requests("/load", "422")] == 1)
        #expect(after[requests("none", "404")] ?? 0 >= 60)
        #expect(after[requests("none", "405")] ?? 0 >= 60)
        #expect(after["metrics_dropped_series_total"] == 0)
    }

    @Test("time by route, the process, the build, the model, and who left are told under their usual names")
    func names() async throws {
        let started = Date().timeIntervalSince1970
        let server = try RunningProgram(
            ["--model", "demo", "--port", "0", "--precision", "fp32"], environment: ["VISION_SERVER_ISA": "generic"])
        let port = try await server.port()
        let image = Demo.image.base64EncodedString()
        let answer = try await ask(port, "POST /process_image", body: #"{"prompt": "<CAPTION>", "image": "\#(image)"}"#)
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        let refusal = try await ask(port, "POST /process_image", body: #"{"prompt": "<CAPTION>", "image": "!"}"#)
        #expect(refusal.hasPrefix("HTTP/1.1 400 "))
        let head = "POST /process_image HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
        try LoopbackConnection(port: port).send(head + "{")
        try await eventually { (try? await metrics(port)["vision_requests_cancelled_total"]) == 1 }

        let values = try await metrics(port)
        let time = #"vision_request_duration_seconds_bucket{route="/process_image",le="#
        #expect(values[time + #""600"}"#] == 2 && values[time + #""+Inf"}"#] == 2)
        #expect(values[#"vision_build_info{version="0.1.0"}"#] == 1)
        #expect(values[#"vision_model_info{instruction_set="generic",model="demo",precision="fp32"}"#] == 1)
        #expect(abs(try #require(values["process_start_time_seconds"]) - started) < 60)
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        #expect(try #require(values["process_resident_memory_bytes"]) > 1e6)
        #expect(values["vision_download_bytes"] == 0 && values["vision_download_size_bytes"] == 0)
        #expect(values["vision_queue_wait_seconds_count"] == 1 && values["vision_model_loaded"] == 1)

        let status = try await ask(port, "GET /status")
        #expect(status.contains(#""failed":0"#) && status.contains(#""invalid":1"#), "\(status)")
    }
}
