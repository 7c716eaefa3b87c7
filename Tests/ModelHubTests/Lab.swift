import Foundation
import Logging
import ModelHub
import Serving
import Synchronization
import Testing

/// A scenario, an empty cache in a folder of its own, and a clock that never waits; removed at the end.
final class Lab: Sendable {
    let scenario: Scenario
    /// Everything that a download may write is below `cache`, which is some levels below this.
    let folder = FileManager.default.temporaryDirectory.appending(path: "model-hub-\(UUID())")
    let clock = HurriedClock()
    let log = LogLines()

    var home: URL { folder.appending(path: "a/b/home") }
    var cache: URL { home.appending(path: "hub") }
    var model: URL { cache.appending(path: "models--florence--tiny") }
    var blobs: URL { model.appending(path: "blobs") }
    var snapshot: URL { model.appending(path: "snapshots/\(Scenario.commit)") }

    init(_ settings: Scenario.Settings = .init()) async throws {
        scenario = try await Scenario(settings)
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func environment(_ more: [String: String] = [:]) -> [String: String] {
        ["HF_HOME": home.path, "HF_ENDPOINT": scenario.endpoint].merging(more) { $1 }
    }

    func configuration(_ more: [String: String] = [:]) throws -> HubConfiguration {
        try HubConfiguration(environment: environment(more), home: home.path)
    }

    /// Downloads without ever waiting for a next try.
    func download(
        _ name: String = "florence/tiny", revision: String = "main", environment: [String: String] = [:],
        progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
    ) async throws -> String {
        let downloader = ModelDownloader(
            configuration: try configuration(environment), clock: clock, logger: log.logger)
        return try await downloader.download(try ModelRepository(name, revision: revision), progress: progress)
    }

    /// The error of a download that must fail.
    func refusal(
        _ name: String = "florence/tiny", environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async -> ModelHubError? {
        do {
            let folder = try await download(name, environment: environment)
            Issue.record("the download succeeded: \(folder)", sourceLocation: sourceLocation)
        } catch let error as ModelHubError {
            return error
        } catch {
            Issue.record("another error: \(error)", sourceLocation: sourceLocation)
        }
        return nil
    }

    func names(in folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    var partialFiles: [String] { names(in: blobs).filter { $0.hasSuffix(".incomplete") } }

    /// Every blob is what its name says, and every name in the snapshot leads to one.
    func expectSoundCache(sourceLocation: SourceLocation = #_sourceLocation) throws {
        for name in names(in: blobs) where !name.hasSuffix(".incomplete") {
            let hash = try Self.hash(of: blobs.appending(path: name).path, isLarge: name.count == 64)
            #expect(hash == name, "a blob with other bytes", sourceLocation: sourceLocation)
        }
        for name in names(in: snapshot) {
            let target = try FileManager.default.destinationOfSymbolicLink(
                atPath: snapshot.appending(path: name).path)
            #expect(target.hasPrefix("../../blobs/"), sourceLocation: sourceLocation)
            let blob = blobs.appending(path: target.dropFirst("../../blobs/".count).description)
            #expect(FileManager.default.fileExists(atPath: blob.path), "\(name)", sourceLocation: sourceLocation)
        }
    }

    /// The weights are there, whole.
    func expectWeights(bytes: Int = Scenario.weightBytes, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let content = try Data(contentsOf: snapshot.appending(path: "model.safetensors"))
        #expect(content.count == bytes, sourceLocation: sourceLocation)
        try expectSoundCache(sourceLocation: sourceLocation)
    }

    /// Nothing lies outside the cache.
    func expectNothingOutside(sourceLocation: SourceLocation = #_sourceLocation) {
        let paths = FileManager.default.enumerator(atPath: folder.path)?.allObjects.compactMap { $0 as? String } ?? []
        let allowed = ["a", "a/b", "a/b/home"]
        let outside = paths.filter { !allowed.contains($0) && !$0.hasPrefix("a/b/home/hub") }
        #expect(outside.isEmpty, sourceLocation: sourceLocation)
    }

    /// By other programs than ours: SHA-256 of a large file, of a small one what git makes of it.
    private static func hash(of path: String, isLarge: Bool) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = (isLarge ? ["sha256sum"] : ["git", "hash-object", "--no-filters", "--"]) + [path]
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(String(decoding: text, as: UTF8.self).prefix { $0.isHexDigit })
    }
}
