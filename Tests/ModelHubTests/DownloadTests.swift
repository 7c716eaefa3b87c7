import Foundation
import ModelHub
import Serving
import Synchronization
import Testing

@Suite("Downloading a model")
struct DownloadTests {
    static let needed = [
        "config.json", "generation_config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json",
        "tokenizer_config.json",
    ]

    @Test("only the needed files are fetched, in Hugging Face's layout")
    func layout() async throws {
        let lab = try await Lab()
        let folder = try await lab.download()
        #expect(folder == lab.snapshot.path)
        #expect(lab.names(in: lab.snapshot) == Self.needed)
        #expect(lab.names(in: lab.blobs).count == Self.needed.count)
        #expect(try String(contentsOf: lab.model.appending(path: "refs/main"), encoding: .utf8) == Scenario.commit)
        try lab.expectWeights()
        lab.expectNothingOutside()
        let asked = try await lab.scenario.log().map(\.path).filter { $0.contains("/resolve/") }
        #expect(asked.map { $0.split(separator: "/").last.map(String.init) ?? "" }.sorted() == Self.needed)
        #expect(asked.last?.hasSuffix("/model.safetensors") == true, "the weights come last")
    }

    @Test("what is complete is used without asking anybody, and offline")
    func cached() async throws {
        let lab = try await Lab()
        let folder = try await lab.download()
        let asked = try await lab.scenario.log().count
        #expect(try await lab.download() == folder)
        #expect(try await lab.download(environment: ["HF_HUB_OFFLINE": "1"]) == folder)
        #expect(try await lab.scenario.log().count == asked)
        #expect(HubCache(folder: lab.cache.path).snapshot(of: try ModelRepository("florence/tiny")) == folder)
    }

    @Test("what transformers 5 writes in the place of preprocessor_config.json is fetched, and a note of an adapter")
    func processorConfiguration() async throws {
        var tiny = Scenario.tiny
        tiny.files["preprocessor_config.json"] = nil
        tiny.files["processor_config.json"] = .text(#"{"image_processor": {}}"#)
        tiny.files["adapter_config.json"] = .text("{ }  ")
        tiny.files["adapter_model.safetensors"] = .random(seed: 3, bytes: 1000)
        let lab = try await Lab(.init(repositories: ["florence/tiny": tiny]))
        _ = try await lab.download()
        let expected = Set(Self.needed).union(["processor_config.json", "adapter_config.json"])
        #expect(Set(lab.names(in: lab.snapshot)) == expected.subtracting(["preprocessor_config.json"]))
        let asked = try await lab.scenario.log().count
        _ = try await lab.download()
        #expect(try await lab.scenario.log().count == asked, "what is complete needs nobody")
    }

    @Test("offline, the missing file is named, and nobody is asked", arguments: DownloadTests.needed)
    func offlineAndMissing(file: String) async throws {
        let lab = try await Lab()
        _ = try await lab.download()
        let asked = try await lab.scenario.log().count
        try FileManager.default.removeItem(at: lab.snapshot.appending(path: file))
        if file.hasSuffix("_config.json") {
            // The model can run without it.
            #expect(try await lab.download(environment: ["HF_HUB_OFFLINE": "1"]) == lab.snapshot.path)
            #expect(lab.log.lines.contains { $0.contains(file) })
        } else {
            let error = await lab.refusal(environment: ["HF_HUB_OFFLINE": "1"])
            #expect(error == .offline(repository: "florence/tiny", missing: [file]))
            #expect("\(try #require(error))".contains(file))
        }
        #expect(try await lab.scenario.log().count == asked)
        // With the network it comes back from the blob that is still there.
        _ = try await lab.download()
        #expect(try await lab.scenario.downloads(of: file).count == 1)
        try lab.expectWeights()
    }

    @Test("an empty cache offline names what a model needs")
    func offlineAndEmpty() async throws {
        let lab = try await Lab()
        let error = await lab.refusal(environment: ["HF_HUB_OFFLINE": "1"])
        #expect(
            error
                == .offline(
                    repository: "florence/tiny", missing: ["config.json", "tokenizer.json", "model.safetensors"]))
        #expect(try await lab.scenario.log().isEmpty)
        #expect(lab.names(in: lab.cache).isEmpty)
    }

    @Test("what the repository lacks is noted, so that the cache is complete all the same")
    func absentFiles() async throws {
        var tiny = Scenario.tiny
        tiny.files["generation_config.json"] = nil
        tiny.files["tokenizer_config.json"] = nil
        let lab = try await Lab(.init(repositories: ["florence/tiny": tiny]))
        let folder = try await lab.download()
        let asked = try await lab.scenario.log().count
        #expect(try await lab.download() == folder)
        #expect(try await lab.scenario.log().count == asked)
    }

    @Test("a tokenizer in parts is fetched in parts")
    func tokenizerInParts() async throws {
        var tiny = Scenario.tiny
        tiny.files["tokenizer.json"] = nil
        tiny.files["added_tokens.json"] = .text("{}")
        let lab = try await Lab(.init(repositories: ["florence/tiny": tiny]))
        _ = try await lab.download()
        #expect(Set(lab.names(in: lab.snapshot)).isSuperset(of: ["vocab.json", "merges.txt", "added_tokens.json"]))
    }

    @Test("of weights in shards exactly those come that the index names")
    func shards() async throws {
        var tiny = Scenario.tiny
        tiny.files["model.safetensors"] = nil
        let index =
            #"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-1.safetensors"}}"#
        tiny.files["model.safetensors.index.json"] = .text(index)
        for number in 1...3 { tiny.files["model-\(number).safetensors"] = .random(seed: number, bytes: 70_000) }
        let lab = try await Lab(.init(repositories: ["florence/tiny": tiny]))
        _ = try await lab.download()
        let weights = lab.names(in: lab.snapshot).filter { $0.hasSuffix(".safetensors") }
        #expect(weights == ["model-1.safetensors", "model-2.safetensors"])
        #expect(lab.names(in: lab.snapshot).contains("model.safetensors.index.json"))
        try lab.expectSoundCache()

        try FileManager.default.removeItem(at: lab.snapshot.appending(path: "model-2.safetensors"))
        let error = await lab.refusal(environment: ["HF_HUB_OFFLINE": "1"])
        #expect(error == .offline(repository: "florence/tiny", missing: ["model-2.safetensors"]))
    }

    @Test("a listing without sizes and hashes is completed by the files' headers", arguments: [false, true])
    func bareListing(cdn: Bool) async throws {
        let lab = try await Lab(.init(cdn: cdn, sizes: false))
        _ = try await lab.download()
        try lab.expectWeights()
        let heads = try await lab.scenario.log().filter { $0.method == "HEAD" }
        #expect(heads.count == Self.needed.count)
        #expect(heads.allSatisfy { $0.host == "hub" && $0.headers["accept-encoding"] == "identity" })
    }

    @Test("a branch with a slash and a commit in full are revisions too")
    func revisions() async throws {
        let lab = try await Lab(.init(branches: ["refs/pr/3"]))
        _ = try await lab.download(revision: "refs/pr/3")
        let reference = lab.model.appending(path: "refs/refs/pr/3")
        #expect(try String(contentsOf: reference, encoding: .utf8) == Scenario.commit)
        let asked = try await lab.scenario.log().count
        #expect(try await lab.download(revision: Scenario.commit) == lab.snapshot.path)
        #expect(try await lab.scenario.log().count == asked, "the same commit is there already")
    }

    @Test("progress counts all files and ends at the total")
    func progress() async throws {
        let lab = try await Lab()
        let reports = Mutex<[DownloadProgress]>([])
        _ = try await lab.download { progress in reports.withLock { $0.append(progress) } }
        let all = reports.withLock { $0 }
        let last = try #require(all.last)
        #expect(last.bytesDone == last.bytesTotal)
        #expect(last.bytesDone > Scenario.weightBytes)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.bytesDone <= $1.bytesDone })
    }

    @Test("a small file that may be missing does not bring the weights of a newer commit")
    func newerCommit() async throws {
        let lab = try await Lab()
        let folder = try await lab.download()
        let newer = String(repeating: "d", count: 40)
        try await lab.scenario.change(.init(branches: ["main", Scenario.commit], commit: newer))
        try FileManager.default.removeItem(at: lab.snapshot.appending(path: "generation_config.json"))
        #expect(try await lab.download() == folder)
        #expect(lab.names(in: lab.snapshot) == Self.needed)
        #expect(lab.names(in: lab.model.appending(path: "snapshots")) == [Scenario.commit])

        try FileManager.default.removeItem(at: lab.snapshot.appending(path: "config.json"))
        #expect(try await lab.download().hasSuffix(newer), "a model that cannot run is fetched as it is now")
    }

    @Test("an answer about another commit than the one that was asked for is refused")
    func otherCommit() async throws {
        let text = #"{"sha": "\#(String(repeating: "d", count: 40))", "siblings": []}"#
        let lab = try await Lab(.init(faults: [.init(match: "/api/models/", kind: "body", text: text)]))
        await #expect(throws: ModelHubError.self) { try await lab.download(revision: Scenario.commit) }
        #expect(lab.names(in: lab.cache).isEmpty)
    }

    @Test("an unreachable hub does not matter while the cache has enough to run with")
    func unreachable() async throws {
        let lab = try await Lab()
        let folder = try await lab.download()
        try FileManager.default.removeItem(at: lab.snapshot.appending(path: "generation_config.json"))
        let dead = ["HF_ENDPOINT": "http://127.0.0.1:1"]
        #expect(try await lab.download(environment: dead) == folder)
        try FileManager.default.removeItem(at: lab.snapshot.appending(path: "config.json"))
        let error = await lab.refusal(environment: dead)
        guard case .unreachable(_, missing: ["config.json"], host: "127.0.0.1:1", _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
