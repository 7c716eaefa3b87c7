import Eventually
import Foundation
import Loopback
import Testing

/// A model that comes from a hub, as a user meets it; the hub is the fake one of Tests/FakeHub.
@Suite("A model from the hub", .serialized)
struct HubTests {
    /// The fake hub with the demo model's files as `florence/demo`, and an empty cache; both go with this.
    private final class Hub {
        let environment: [String: String]
        private let input = Pipe()
        private let models: String
        let folder = FileManager.default.temporaryDirectory.appending(path: "hub-test-\(UUID())")

        init() throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            models = root.deletingLastPathComponent().appending(path: "Models/demo").path
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [
                "python3", root.appending(path: "FakeHub/fake_hub.py").path, "--repository", "florence/demo=\(models)",
                "--end-with-stdin",
            ]
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            var line = Data()
            while line.last != UInt8(ascii: "\n") {
                let byte = output.fileHandleForReading.readData(ofLength: 1)
                guard !byte.isEmpty else { break }
                line += byte
            }
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            try #require(words.count == 3 && words[0] == "READY")
            environment = ["HF_ENDPOINT": String(words[1]), "HF_HOME": folder.path, "HF_HUB_OFFLINE": ""]
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        /// The environment for the same model at a hub whose weights stop coming after so many bytes.
        func stalling(after bytes: Int) async throws -> [String: String] {
            let names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"]
            let files = names.reduce(into: [:]) { $0[$1] = ["path": "\(models)/\($1)"] }
            let scenario = try JSONSerialization.data(withJSONObject: [
                "repositories": ["florence/demo": ["files": files]],
                "faults": [["match": "^GET .*/model.safetensors", "kind": "stall", "after": bytes]],
            ])
            let address = try #require(environment["HF_ENDPOINT"])
            let port = try #require(URL(string: address)?.port)
            _ = try await LoopbackConnection.ask(
                port, "PUT /control/stalling", body: String(decoding: scenario, as: UTF8.self))
            return environment.merging(["HF_ENDPOINT": "\(address)/s/stalling"]) { $1 }
        }
    }

    private func request(_ port: Int) async throws -> String {
        let body = try JSONSerialization.data(withJSONObject: [
            "image": Demo.image.base64EncodedString(), "prompt": "<CAPTION>",
        ])
        let connection = try LoopbackConnection(port: port)
        try connection.send(
            "POST /process_image HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Length: \(body.count)\r\n\r\n")
        try connection.send(Array(body))
        return await connection.receive(until: "}")
    }

    @Test("the first request starts the download and is told so; then the model answers, and later without a hub")
    func served() async throws {
        let hub = try Hub()
        let caption = try Demo.text("<CAPTION>").replacing("\"", with: "\\\"")
        let server = try RunningProgram(["--model", "florence/demo", "--port", "0"], environment: hub.environment)
        let port = try await server.port()
        let first = try await request(port)
        #expect(first.hasPrefix("HTTP/1.1 503 "))
        #expect(first.contains("The model florence/demo is being downloaded: "))
        #expect(first.lowercased().contains("retry-after: "))
        var last = first
        try await eventually {
            last = try await request(port)
            return !last.hasPrefix("HTTP/1.1 503 ")
        }
        #expect(last.hasPrefix("HTTP/1.1 200 ") && last.contains(caption), "\(last)")
        server.terminate()
        #expect(server.finish().status == 0)
        let offline = hub.environment.merging(["HF_HUB_OFFLINE": "1", "HF_ENDPOINT": "http://127.0.0.1:1"]) { $1 }
        let again = try RunningProgram(["--model", "florence/demo", "--port", "0"], environment: offline)
        let answer = try await request(try await again.port())
        #expect(answer.contains(caption))
        again.terminate()
        #expect(again.finish().status == 0)
    }

    @Test("the metrics show how far a download is")
    func progress() async throws {
        let hub = try Hub()
        let environment = try await hub.stalling(after: 1_000_000)
        let server = try RunningProgram(["--model", "florence/demo", "--port", "0"], environment: environment)
        let port = try await server.port()
        #expect(try await LoopbackConnection.metrics(port)["vision_download_size_bytes"] == 0)
        _ = try await request(port)
        var metrics: [String: Double] = [:]
        try await eventually {
            metrics = try await LoopbackConnection.metrics(port)
            return metrics["vision_download_bytes"] ?? 0 >= 1_000_000
        }
        #expect(metrics["vision_download_size_bytes"] ?? 0 >= 4_387_664)
        server.terminate()
        #expect(server.finish().status == 0)
        withExtendedLifetime(hub) {}
    }

    @Test("a command waits for the download; a name that the hub does not know is one sentence")
    func command() throws {
        let hub = try Hub()
        let image = FileManager.default.temporaryDirectory.appending(path: "hub-test-\(UUID()).png")
        defer { try? FileManager.default.removeItem(at: image) }
        try Demo.image.write(to: image)
        let run = try Program.run(["caption", image.path, "--model", "florence/demo"], environment: hub.environment)
        #expect(run.output == (try Demo.text("<CAPTION>")) + "\n", "\(run.errors)")
        let unknown = try Program.run(
            ["caption", image.path, "--model", "florence/nothing"], environment: hub.environment)
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("The hub has no model florence/nothing. Check the spelling."))
    }

    /// Stops the server with SIGTERM, and expects that it ends well.
    private func stop(_ server: RunningProgram) {
        server.terminate()
        let end = server.finish()
        #expect(end.status == 0, "\(end.errors)")
    }

    @Test(
        "a revision is named by the option, the variable, the model's name or the address of its page",
        arguments: [
            ["--revision", "refs/pr/20", "--model", "florence/demo/"], ["--model", "florence/demo@refs/pr/20"],
            ["--model", "https://huggingface.co/florence/demo/tree/refs%2Fpr%2F20"],
        ])
    func revision(arguments: [String]) async throws {
        let hub = try Hub()
        let image = hub.folder.appending(path: "picture.png")
        try FileManager.default.createDirectory(at: hub.folder, withIntermediateDirectories: true)
        try Demo.image.write(to: image)
        let run = try Program.run(["caption", image.path] + arguments, environment: hub.environment)
        #expect(run.output == (try Demo.text("<CAPTION>")) + "\n", "\(run.errors)")
        let references = hub.folder.appending(path: "hub/models--florence--demo/refs/refs/pr").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: references) == ["20"])
        let offline = hub.environment.merging(["HF_HUB_OFFLINE": "1"]) { $1 }
        let server = try RunningProgram(arguments + ["--port", "0"], environment: offline)
        #expect(try await request(try await server.port()).hasPrefix("HTTP/1.1 200 "))
        stop(server)
        let main = try Program.run(["--model", "florence/demo", "--port", "0"], environment: offline)
        #expect(main.status == 1 && main.errors.contains("is not complete in the cache"), "\(main.errors)")
        let unknown = try Program.run(
            ["caption", image.path, "--model", "florence/demo"],
            environment: hub.environment.merging(["VISION_SERVER_REVISION": "nothing"]) { $1 })
        #expect(unknown.errors.contains("The model florence/demo has no revision nothing."), "\(unknown.errors)")
    }

    @Test("what is lost from the cache, or cut off there, while the model is unloaded is fetched at the next demand")
    func lostWhileUnloaded() async throws {
        let hub = try Hub()
        let server = try RunningProgram(
            ["--model", "florence/demo", "--port", "0", "--unload-after", "0", "--preload"],
            environment: hub.environment)
        let port = try await server.port()
        let model = hub.folder.appending(path: "hub/models--florence--demo")
        let losses: [() throws -> Void] = [
            { try FileManager.default.removeItem(at: model) },
            {
                let snapshots = model.appending(path: "snapshots")
                let commit = try #require(FileManager.default.contentsOfDirectory(atPath: snapshots.path).first)
                let weights = snapshots.appending(path: "\(commit)/model.safetensors").resolvingSymlinksInPath()
                try Data(contentsOf: weights).dropLast(1000).write(to: weights)
            },
        ]
        try await eventually { try await request(port).hasPrefix("HTTP/1.1 200 ") }
        for lose in losses {
            try await eventually { server.errors.components(separatedBy: "Unloaded").last?.contains("Load") == false }
            try lose()
            let first = try await request(port)
            #expect(first.hasPrefix("HTTP/1.1 503 ") && first.contains("is being downloaded"), "\(first)")
            #expect(first.lowercased().contains("retry-after: "))
            try await eventually { try await request(port).hasPrefix("HTTP/1.1 200 ") }
        }
        stop(server)
    }

    @Test("a cache with a file that is cut off does not keep the server from starting; the doctor tells")
    func damagedAtStart() async throws {
        let hub = try Hub()
        let fetched = try Program.run(["download", "florence/demo"], environment: hub.environment)
        let folder = URL(filePath: fetched.output.trimmingCharacters(in: .newlines))
        let configuration = folder.appending(path: "config.json").resolvingSymlinksInPath()
        try Data(contentsOf: configuration).dropLast(10).write(to: configuration)
        let told = try Program.run(["doctor", "--model", "florence/demo", "--port", "0"], environment: hub.environment)
        #expect(told.output.contains("in the cache config.json of florence/demo is damaged"), "\(told.output)")
        let server = try RunningProgram(["--model", "florence/demo", "--port", "0"], environment: hub.environment)
        let port = try await server.port()
        try await eventually { try await request(port).hasPrefix("HTTP/1.1 200 ") }
        stop(server)
    }

    @Test("--preload ends the server where the hub has no such model, and not where the hub cannot be reached")
    func preloadFails() async throws {
        let hub = try Hub()
        let unknown = try Program.run(
            ["--model", "florence/nothing", "--port", "0", "--preload"], environment: hub.environment)
        #expect(unknown.status == 64)
        #expect(unknown.errors.contains("Error: The hub has no model florence/nothing."), "\(unknown.errors)")
        #expect(!unknown.errors.contains("CancellationError"), "\(unknown.errors)")
        let dead = hub.environment.merging(["HF_ENDPOINT": "http://127.0.0.1:1"]) { $1 }
        let server = try RunningProgram(
            ["--model", "florence/demo", "--port", "0", "--preload"], environment: dead)
        let port = try await server.port()
        var answer = ""
        try await eventually {
            answer = try await request(port)
            return answer.contains("could not be downloaded yet; it is tried again. 127.0.0.1")
        }
        #expect(answer.contains("(connection refused)") && answer.contains(#""code":"model_unavailable""#), "\(answer)")
        #expect(answer.lowercased().contains("retry-after: 5\r\n"))
        let reason = "cannot be asked for what is missing"
        try await eventually { server.errors.contains(reason) }
        let line = server.errors.split(separator: "\n").first { $0.contains(reason) }
        #expect(line?.contains(" error ") == true, "\(server.errors)")
        try await eventually {
            let answer = try await LoopbackConnection.ask(port, "GET /status")
            return answer.contains(#""state":"failed""#) && answer.contains(#""failed_loads":1"#)
                && answer.contains(/"failure":"The model florence\\?\/demo is not complete in the cache/)
        }
        for _ in 0..<3 {
            let answer = try await request(port)
            #expect(answer.hasPrefix("HTTP/1.1 503 ") && !answer.contains("is being downloaded"), "\(answer)")
        }
        stop(server)
    }

    @Test("a hub that says nothing does not keep a server that preloads from stopping")
    func preloadHangs() async throws {
        let hub = try Hub()
        let silent = try SilentListener()
        let server = try RunningProgram(
            ["--model", "florence/demo", "--port", "0", "--preload"],
            environment: hub.environment.merging(["HF_ENDPOINT": "http://127.0.0.1:\(silent.port)"]) { $1 })
        _ = try await server.port()
        try await eventually { silent.hasCaller }
        let start = ContinuousClock.now
        stop(server)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("the doctor finds nothing wrong; a port that is taken and a model that cannot be had are told")
    func doctor() async throws {
        let hub = try Hub()
        let port = try await RunningProgram(["--model", "demo", "--port", "0"]).port()
        let well = try Program.run(["doctor", "--model", "demo", "--port", "\(port)"], environment: hub.environment)
        #expect(well.status == 0, "\(well.output)")
        for subject in ["processor", "memory", "codecs", "cache", "model", "hub", "port", "self-test"] {
            #expect(well.output.contains(subject), "\(subject)")
        }
        let server = try RunningProgram(["--model", "demo", "--port", "0"])
        let taken = try await server.port()
        let ill = try Program.run(
            ["doctor", "--model", "florence/demo", "--port", "\(taken)"],
            environment: ["HF_HUB_OFFLINE": "1", "HF_HOME": "/nonexistent"])
        #expect(ill.status == 1)
        let words = "already: its model demo is unloaded; florence/demo was asked about"
        #expect(ill.output.contains(words), "\(ill.output)")
        #expect(ill.output.contains("HF_HUB_OFFLINE forbids to fetch the model that is missing"))
    }
}
