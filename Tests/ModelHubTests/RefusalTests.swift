import Foundation
import ModelHub
import Testing

@Suite("Models that are not downloaded")
struct RefusalTests {
    /// A download that fails before any weights are asked for, and leaves nothing where it should not.
    private func refusal(
        _ settings: Scenario.Settings, environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ModelHubError {
        let lab = try await Lab(settings)
        let error = await lab.refusal(environment: environment, sourceLocation: sourceLocation)
        let weights = try await lab.scenario.log().filter {
            $0.path.contains(".safetensors") && !$0.path.contains("index")
        }
        #expect(weights.isEmpty, sourceLocation: sourceLocation)
        #expect(lab.names(in: lab.model.appending(path: "refs")).isEmpty, sourceLocation: sourceLocation)
        try lab.expectSoundCache(sourceLocation: sourceLocation)
        lab.expectNothingOutside(sourceLocation: sourceLocation)
        return try #require(error, sourceLocation: sourceLocation)
    }

    private func settings(_ change: (inout Scenario.Repository) -> Void) -> Scenario.Settings {
        var tiny = Scenario.tiny
        change(&tiny)
        return .init(repositories: ["florence/tiny": tiny])
    }

    @Test("a name that the hub does not know, or hides")
    func notFound() async throws {
        let unknown = Scenario.Settings(repositories: [:])
        #expect(try await refusal(unknown) == .notFound(repository: "florence/tiny", hasToken: false))
        #expect(try await refusal(.init(private: true)) == .notFound(repository: "florence/tiny", hasToken: false))
        let error = try await refusal(unknown, environment: ["HF_TOKEN": "hf_secret"])
        #expect(error == .notFound(repository: "florence/tiny", hasToken: true))
        #expect("\(error)".contains("spelling") && !"\(error)".contains("hf_secret"))
    }

    @Test("a gated model, and a token that is not accepted")
    func access() async throws {
        #expect(try await refusal(.init(gated: true)) == .gated(repository: "florence/tiny", hasToken: false))
        let refused = try await refusal(.init(token: "hf_right"), environment: ["HF_TOKEN": "hf_secret"])
        #expect(refused == .tokenRefused)
        #expect(!"\(refused)".contains("hf_secret"))
    }

    @Test("a revision that is not there")
    func revision() async throws {
        #expect(
            try await refusal(.init(branches: ["other"])) == .revisionNotFound("main", repository: "florence/tiny"))
    }

    @Test("a repository that is no Florence-2 model, by what it lacks or says")
    func otherModels() async throws {
        let noConfiguration = try await refusal(settings { $0.files["config.json"] = nil })
        #expect(noConfiguration == .notFlorence2(repository: "florence/tiny", reason: "it has no config.json"))
        for text in [#"{"model_type": "bert"}"#, "{}", "[]", "<html>"] {
            let error = try await refusal(settings { $0.files["config.json"] = .text(text) })
            guard case .notFlorence2 = error else {
                Issue.record("\(text): \(error)")
                continue
            }
        }
    }

    @Test("weights that are a pickle, or not there, and a tokenizer that is not there")
    func missing() async throws {
        let pickled = try await refusal(settings { $0.files["model.safetensors"] = nil })
        #expect(pickled == .pickledWeights(repository: "florence/tiny"))
        #expect("\(pickled)".contains("no safetensors") && "\(pickled)".contains("--model DIR"))
        let nothing = settings { repository in
            repository.files["model.safetensors"] = nil
            repository.files["pytorch_model.bin"] = nil
        }
        #expect(try await refusal(nothing) == .missingFile("model.safetensors", repository: "florence/tiny"))
        let mute = settings { repository in
            repository.files["tokenizer.json"] = nil
            repository.files["merges.txt"] = nil
        }
        #expect(try await refusal(mute) == .missingFile("tokenizer.json", repository: "florence/tiny"))
    }

    @Test(
        "an index of shards that cannot be",
        arguments: [
            #"{"weight_map": {"a": "../x.safetensors"}}"#, #"{"weight_map": {"a": "/etc/x.safetensors"}}"#,
            #"{"weight_map": {"a": ".x.safetensors"}}"#, #"{"weight_map": {"a": "x/y.safetensors"}}"#,
            #"{"weight_map": {"a": "x.bin"}}"#, #"{"weight_map": {"a": "%2e%2e.safetensors"}}"#,
            #"{"weight_map": {"a": "x\u0000.safetensors"}}"#, #"{"weight_map": {}}"#, #"{"weight_map": 1}"#, "[]",
            #"{"weight_map": {"a": "absent.safetensors"}}"#,
        ])
    func badIndex(index: String) async throws {
        let error = try await refusal(
            settings { repository in
                repository.files["model.safetensors"] = nil
                repository.files["model.safetensors.index.json"] = .text(index)
            })
        switch error {
        case .notFlorence2, .missingFile("absent.safetensors", _): break
        default: Issue.record("\(error)")
        }
    }

    @Test(
        "a listing that is none",
        arguments: [
            "", "{}", "[]", "null", #"{"sha": "main", "siblings": []}"#, #"{"sha": "../../../x", "siblings": []}"#,
            #"{"sha": "C0FFEE0000000000000000000000000000000000", "siblings": []}"#, #"{"sha": 1, "siblings": []}"#,
            #"{"sha": "c0ffee0000000000000000000000000000000000", "siblings": [{"rfilename": 1}]}"#,
            #"{"sha": "c0ffee0000000000000000000000000000000000"}"#, "\u{1}\u{2}",
        ])
    func badListing(text: String) async throws {
        let fault = Scenario.Fault(match: "/api/models/", kind: "body", text: text)
        guard case .badAnswer(_, let reason) = try await refusal(.init(faults: [fault])) else {
            Issue.record("another error")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test(
        "a listing whose hashes are paths, and whose sizes are no sizes, is not believed",
        arguments: [
            ("../../../../x", "5"), ("..", "5"), ("", "5"), ("ABCDEF0000000000000000000000000000000000", "5"),
            (String(repeating: "a", count: 40), "-1"), (String(repeating: "a", count: 40), "0"),
            (String(repeating: "a", count: 40), "9223372036854775807"),
        ])
    func badHashes(hash: String, size: String) async throws {
        let files = DownloadTests.needed.map { #"{"rfilename": "\#($0)", "blobId": "\#(hash)", "size": \#(size)}"# }
        let text = #"{"sha": "\#(Scenario.commit)", "siblings": [\#(files.joined(separator: ","))]}"#
        let listing = Scenario.Fault(match: "/api/models/", kind: "body", text: text)
        let head = Scenario.Fault(match: "^HEAD", kind: "status", status: 200, headers: ["ETag": "\"\(hash)\""])
        switch try await refusal(.init(faults: [listing, head])) {
        case .badAnswer, .gaveUp: break
        case let error: Issue.record("\(error)")
        }
    }

    @Test("a model that has no room is refused before its weights are asked for")
    func noSpace() async throws {
        let error = try await refusal(
            settings { $0.files["model.safetensors"] = .lying(seed: 1, bytes: 1000, listedBytes: 1 << 50) })
        guard case .noSpace(_, let neededBytes, let freeBytes) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(neededBytes == 1 << 50 && freeBytes < neededBytes)
        #expect("\(error)".contains("HF_HOME"))
    }
}
