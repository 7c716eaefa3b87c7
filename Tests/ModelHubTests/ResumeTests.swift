import Eventually
import Foundation
import ModelHub
import Testing

@Suite("Downloads that were interrupted")
struct ResumeTests {
    private static let weights = "^GET .*/model.safetensors"
    private static let bytes = Scenario.weightBytes

    /// A cache where everything is there but the weights, of which a held answer has brought `bytes` bytes; the task
    /// that fetches them has been cancelled.
    private func interrupted(_ lab: Lab, after bytes: Int, cdn: Bool = false) async throws {
        try await lab.scenario.change(.init(faults: [hold(after: bytes, cdn)], cdn: cdn))
        let task = Task { try await lab.download() }
        try await eventually("\(bytes) bytes on the disk") {
            lab.partialFiles.contains { lab.size(of: lab.blobs.appending(path: $0)) == bytes }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await lab.scenario.release()
        try await lab.scenario.change(.init(cdn: cdn))
    }

    private func hold(after bytes: Int, _ cdn: Bool) -> Scenario.Fault {
        .init(match: Self.weights, kind: "hold", times: 1, host: cdn ? "cdn" : nil, after: bytes)
    }

    @Test("a cancelled download keeps what has come; the next one fetches the rest", arguments: [1, 65_536, 299_999])
    func cancelled(after bytes: Int) async throws {
        let lab = try await Lab()
        try await interrupted(lab, after: bytes)
        #expect(lab.partialFiles.count == 1)
        #expect(!lab.names(in: lab.snapshot).contains("model.safetensors"))
        #expect(lab.names(in: lab.model.appending(path: "refs")).isEmpty)

        _ = try await lab.download()
        try lab.expectWeights()
        let asked = try await lab.scenario.downloads(of: "model.safetensors")
        #expect(asked.map { $0.headers["range"] } == ["bytes=\(bytes)-"])
        #expect(asked.first?.sent == Self.bytes - bytes)
        #expect(lab.partialFiles.isEmpty)
    }

    @Test("across a redirect the rest is asked for as well, and within a download the version is named")
    func conditional() async throws {
        let lab = try await Lab()
        try await interrupted(lab, after: 100_000, cdn: true)
        let broken = Scenario.Fault(match: Self.weights, kind: "short", times: 1, host: "cdn", after: 50_000)
        try await lab.scenario.change(.init(faults: [broken], cdn: true))
        _ = try await lab.download()
        try lab.expectWeights()
        let asked = try await lab.scenario.downloads(of: "model.safetensors").filter { $0.host == "cdn" }
        #expect(asked.count == 2)
        #expect(asked.first?.headers["range"] == "bytes=100000-")
        #expect(asked.first?.headers["if-range"] == nil, "this host has not told its ETag yet")
        #expect(asked.last?.headers["range"] == "bytes=150000-")
        #expect(asked.last?.headers["if-range"]?.count == 34)
    }

    @Test("of several partial files the largest that nobody writes is taken, the others go")
    func adoption() async throws {
        let lab = try await Lab()
        try await interrupted(lab, after: 100_000)
        let original = lab.blobs.appending(path: try #require(lab.partialFiles.first))
        let content = try Data(contentsOf: original)
        let blob = try #require(original.lastPathComponent.split(separator: ".").first)
        try content.prefix(10).write(to: lab.blobs.appending(path: "\(blob).00000001.incomplete"))
        try Data().write(to: lab.blobs.appending(path: "\(blob).00000002.incomplete"))
        // Longer than the file can be.
        try Data(count: Self.bytes + 1).write(to: lab.blobs.appending(path: "\(blob).00000003.incomplete"))
        // Not of this kind.
        try Data(count: 200_000).write(to: lab.blobs.appending(path: "\(blob).incomplete"))
        try FileManager.default.createSymbolicLink(
            atPath: lab.blobs.appending(path: "\(blob).00000004.incomplete").path,
            withDestinationPath: lab.home.appending(path: "target").path)
        _ = try await lab.download()
        try lab.expectWeights()
        let asked = try await lab.scenario.downloads(of: "model.safetensors")
        #expect(asked.map { $0.headers["range"] } == ["bytes=100000-"])
        #expect(lab.partialFiles == ["\(blob).00000004.incomplete", "\(blob).incomplete"])
        lab.expectNothingOutside()
    }

    @Test("a partial file with other bytes costs a second download, not a wrong file")
    func damaged() async throws {
        let lab = try await Lab()
        try await interrupted(lab, after: 100_000)
        let partial = lab.blobs.appending(path: try #require(lab.partialFiles.first))
        try Data(count: 200_000).write(to: partial)
        _ = try await lab.download()
        try lab.expectWeights()
        let asked = try await lab.scenario.downloads(of: "model.safetensors")
        #expect(asked.map { $0.headers["range"] } == ["bytes=200000-", nil])
        #expect(lab.partialFiles.isEmpty)
    }

    @Test("a partial file that is whole already needs no request")
    func wholeAlready() async throws {
        let lab = try await Lab()
        _ = try await lab.download()
        let link = lab.snapshot.appending(path: "model.safetensors")
        let blob = lab.blobs.appending(
            path: URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: link.path)).lastPathComponent)
        try FileManager.default.removeItem(at: link)
        try FileManager.default.moveItem(at: blob, to: URL(filePath: blob.path + ".0123abcd.incomplete"))
        try await lab.scenario.change(.init())
        _ = try await lab.download()
        try lab.expectWeights()
        #expect(try await lab.scenario.downloads(of: "model.safetensors").isEmpty)
    }

    @Test("a blob that is shorter than it must be is fetched anew")
    func shortBlob() async throws {
        let lab = try await Lab()
        _ = try await lab.download()
        let link = lab.snapshot.appending(path: "model.safetensors")
        let blob = lab.blobs.appending(
            path: URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: link.path)).lastPathComponent)
        try FileManager.default.removeItem(at: link)
        try Data(count: 10).write(to: blob)
        _ = try await lab.download()
        try lab.expectWeights()
    }

    @Test("four downloads at once fetch each file once")
    func together() async throws {
        let lab = try await Lab(.init(faults: [.init(match: Self.weights, kind: "slow", rate: 1_000_000)]))
        let configuration = try lab.configuration()
        let folders = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 1...4 {
                let downloader = ModelDownloader(configuration: configuration, logger: lab.log.logger)
                group.addTask { try await downloader.download(try ModelRepository("florence/tiny")) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(folders == Array(repeating: lab.snapshot.path, count: 4))
        try lab.expectWeights()
        for file in DownloadTests.needed {
            #expect(try await lab.scenario.downloads(of: file).count == 1, "\(file)")
        }
        #expect(lab.partialFiles.isEmpty)
    }
}

extension Lab {
    func size(of file: URL) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: file.path))?[.size] as? Int
    }
}
