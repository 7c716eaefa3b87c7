import Eventually
import Foundation
import ModelHub
import Testing

/// Files in the cache that are no longer what the hub has: cut off by a full disk, zeros after a power cut.
@Suite("A damaged cache")
struct DamageTests {
    /// A lab whose cache is whole.
    private func filled(_ settings: Scenario.Settings = .init()) async throws -> Lab {
        let lab = try await Lab(settings)
        _ = try await lab.download()
        return lab
    }

    /// Where the content of a snapshot's file lies.
    private func blob(_ file: String, _ lab: Lab) throws -> URL {
        lab.snapshot.appending(path: file).resolvingSymlinksInPath()
    }

    private func cut(_ file: String, to count: Int, _ lab: Lab) throws {
        let blob = try blob(file, lab)
        try Data(contentsOf: blob).prefix(count).write(to: blob)
    }

    /// Changes one byte in the middle, which no header tells.
    private func rot(_ file: String, _ lab: Lab) throws {
        let blob = try blob(file, lab)
        var content = try Data(contentsOf: blob)
        content[content.count / 2] ^= 1
        try content.write(to: blob)
    }

    private func verify(_ lab: Lab) throws -> CacheVerification {
        try ModelDownloader(configuration: try lab.configuration(), clock: lab.clock, logger: lab.log.logger)
            .verify(ModelRepository("florence/tiny"))
    }

    private func mend(_ damaged: [String], _ lab: Lab) async throws -> String {
        try await ModelDownloader(configuration: try lab.configuration(), clock: lab.clock, logger: lab.log.logger)
            .download(ModelRepository("florence/tiny"), damaged: damaged)
    }

    @Test(
        "a file that is cut off is fetched again, alone, and nothing of the old one stays",
        arguments: ["model.safetensors", "config.json", "tokenizer.json", "generation_config.json"])
    func cutOff(file: String) async throws {
        let lab = try await filled()
        for count in [1, try lab.size(of: blob(file, lab)).map { $0 - 1 } ?? 0] {
            try cut(file, to: count, lab)
            let cache = HubCache(folder: lab.cache.path)
            #expect(cache.damagedFiles(of: try ModelRepository("florence/tiny")) == [file])
            #expect(cache.snapshot(of: try ModelRepository("florence/tiny")) == nil)
            let before = try await lab.scenario.log().count
            #expect(try await lab.download() == lab.snapshot.path)
            try lab.expectWeights()
            #expect(lab.names(in: lab.blobs).count == DownloadTests.needed.count)
            let asked = try await lab.scenario.log().dropFirst(before).map(\.path).filter { $0.contains("/resolve/") }
            #expect(asked.count == 1 && asked[0].hasSuffix("/\(file)"), "\(asked)")
            #expect(lab.log.lines.contains { $0.contains("\(file) of florence/tiny in the cache is damaged") })
        }
    }

    @Test("a header that is wrong is noticed although the length is right")
    func wrongHeader() async throws {
        let lab = try await filled()
        let weights = try blob("model.safetensors", lab)
        try Data(count: Scenario.weightBytes).write(to: weights)
        _ = try await lab.download()
        try lab.expectWeights()
        try Data(count: 2).write(to: try blob("preprocessor_config.json", lab))
        #expect(HubCache(folder: lab.cache.path).snapshot(of: try ModelRepository("florence/tiny")) == nil)
        _ = try await lab.download()
        try lab.expectSoundCache()
    }

    @Test("the damaged file is set aside until the new one is there, be it by another process")
    func setAside() async throws {
        let hold = Scenario.Fault(match: "^GET .*/model.safetensors", kind: "hold", times: 1, skip: 1, after: 100_000)
        let lab = try await filled(.init(faults: [hold]))
        let weights = try blob("model.safetensors", lab)
        let aside = weights.appendingPathExtension("damaged")
        try cut("model.safetensors", to: 5000, lab)
        let download = Task { try await lab.download() }
        try await eventually("bytes arrive") {
            lab.partialFiles.contains { lab.size(of: lab.blobs.appending(path: $0)) == 100_000 }
        }
        #expect(lab.size(of: aside) == 5000)
        #expect(lab.size(of: weights) == nil)
        download.cancel()
        _ = await download.result
        #expect(lab.size(of: aside) == 5000)
        _ = try await lab.download()
        try lab.expectWeights()
        #expect(lab.size(of: aside) == nil)
    }

    @Test("on a file system without links the file itself is set aside")
    func withoutLinks() async throws {
        let lab = try await filled()
        let file = lab.snapshot.appending(path: "model.safetensors")
        let content = try Data(contentsOf: file)
        let weights = try blob("model.safetensors", lab)
        try FileManager.default.removeItem(at: file)
        try FileManager.default.removeItem(at: weights)
        try content.dropLast().write(to: file)
        _ = try await lab.download()
        try lab.expectWeights()
        #expect(lab.names(in: lab.blobs).count == DownloadTests.needed.count)
    }

    @Test("whole files are not hashed at each start, but verify finds what no header tells, and it is mended")
    func verified() async throws {
        let lab = try await filled()
        try rot("model.safetensors", lab)
        try rot("tokenizer.json", lab)
        let before = try await lab.scenario.log().count
        _ = try await lab.download()
        #expect(try await lab.scenario.log().count == before)
        let found = try verify(lab)
        #expect(found.damaged == ["model.safetensors", "tokenizer.json"])
        #expect(found.sound.count == DownloadTests.needed.count - 2)
        #expect(found.unknown.isEmpty && found.damagedAndUnused.isEmpty)
        _ = try await mend(found.damaged, lab)
        try lab.expectWeights()
        #expect(try verify(lab).damaged.isEmpty)
        #expect(lab.names(in: lab.blobs).count == DownloadTests.needed.count)
    }

    @Test("verify tells of what the model does not need, and of what it cannot compare")
    func verifiedBeside() async throws {
        let lab = try await filled()
        let other = lab.blobs.appending(path: String(repeating: "e", count: 40))
        try Data("other".utf8).write(to: other)
        try FileManager.default.createSymbolicLink(
            atPath: lab.snapshot.appending(path: "README.md").path,
            withDestinationPath: "../../blobs/\(other.lastPathComponent)")
        try Data("note".utf8).write(to: lab.snapshot.appending(path: "note.txt"))
        let found = try verify(lab)
        #expect(found.damaged.isEmpty)
        #expect(found.damagedAndUnused == ["README.md"])
        #expect(found.unknown == ["note.txt"])
    }

    @Test("what the hub itself has like that is not fetched again and again")
    func publishedDamaged() async throws {
        var tiny = Scenario.tiny
        tiny.files["model.safetensors"] = .random(seed: 9, bytes: Scenario.weightBytes)
        let lab = try await filled(.init(repositories: ["florence/tiny": tiny]))
        _ = try await lab.download()
        #expect(try await lab.scenario.downloads(of: "model.safetensors").count == 1)
    }

    @Test("the commit that is there is mended, though the branch has moved; one that is forgotten is replaced")
    func movedBranch() async throws {
        let lab = try await filled()
        let newer = String(repeating: "d", count: 40)
        try await lab.scenario.change(.init(branches: ["main", Scenario.commit], commit: newer))
        try cut("model.safetensors", to: 1000, lab)
        #expect(try await lab.download() == lab.snapshot.path)
        try lab.expectWeights()
        try await lab.scenario.change(.init(commit: newer))
        try cut("model.safetensors", to: 1000, lab)
        #expect(try await lab.download().hasSuffix(newer))
    }

    @Test("offline, on a file system without links, where nothing tells what was published, what is there is used")
    func offlineWithoutLinks() async throws {
        let lab = try await filled()
        let file = lab.snapshot.appending(path: "model.safetensors")
        let content = try Data(contentsOf: file)
        try FileManager.default.removeItem(at: file)
        try content.dropLast().write(to: file)
        #expect(try await lab.download(environment: ["HF_HUB_OFFLINE": "1"]) == lab.snapshot.path)
        #expect(lab.log.lines.contains { $0.contains("model.safetensors of florence/tiny in the cache looks damaged") })
    }

    /// A file that can be read and not be mapped, as any is while memory is short.
    private static let unmappable = "/sys/kernel/fscaps"

    @Test(
        "what the system cannot read now is not damaged",
        .enabled(if: FileManager.default.isReadableFile(atPath: unmappable)))
    func unreadable() async throws {
        let lab = try await filled()
        let weights = try blob("model.safetensors", lab)
        try FileManager.default.removeItem(at: weights)
        try FileManager.default.createSymbolicLink(atPath: weights.path, withDestinationPath: Self.unmappable)
        let cache = HubCache(folder: lab.cache.path)
        #expect(cache.damagedFiles(of: try ModelRepository("florence/tiny")) == [])
        #expect(try await lab.download(environment: ["HF_HUB_OFFLINE": "1"]) == lab.snapshot.path)
    }

    @Test("without the network the file is named as damaged, and left as it is")
    func offline() async throws {
        let lab = try await filled()
        try cut("model.safetensors", to: 1000, lab)
        let weights = try blob("model.safetensors", lab)
        let forbidden = await lab.refusal(environment: ["HF_HUB_OFFLINE": "1"])
        #expect("\(try #require(forbidden))".contains("is missing: model.safetensors (which is damaged)"))
        let dead = await lab.refusal(environment: ["HF_ENDPOINT": "http://127.0.0.1:1"])
        #expect("\(try #require(dead))".contains("model.safetensors (which is damaged)"))
        #expect(lab.size(of: weights) == 1000)
    }
}
