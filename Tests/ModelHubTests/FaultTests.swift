import Foundation
import ModelHub
import Testing

/// Whatever the hub, a proxy or the network does: the right file, or an error that says what is wrong.
@Suite("A hub that makes mistakes")
struct FaultTests {
    static let weights = "^GET .*/model.safetensors"
    static let bytes = Scenario.weightBytes

    /// A connection that breaks in the middle, so that the next request asks for the rest.
    private static let broken = Scenario.Fault(match: weights, kind: "short", times: 1, after: 100_000)

    /// Mistakes that pass, and how many requests for the weights it takes.
    static let passingMistakes: [(String, [Scenario.Fault], Int)] = [
        ("a reset", [.init(match: weights, kind: "reset", times: 1, after: 100_000)], 2),
        ("an early end", [.init(match: weights, kind: "short", times: 2, after: 100_000)], 3),
        (
            "an early end without a length",
            [.init(match: weights, kind: "short", times: 1, after: 100_000, length: false)], 2
        ),
        ("no length", [.init(match: weights, kind: "no_length")], 1),
        ("a refusal", [.init(match: weights, kind: "status", times: 4, status: 503)], 5),
        ("an error of the storage", [.init(match: weights, kind: "status", times: 1, status: 500)], 2),
        ("a range that is ignored", [broken, .init(match: weights, kind: "ignore_range")], 2),
        ("another range than asked for", [broken, .init(match: weights, kind: "wrong_range", times: 1)], 3),
        (
            "another range under the right name",
            [broken, .init(match: weights, kind: "wrong_range", times: 1, lie: true)], 3
        ),
        ("another version in the middle", [broken, .init(match: weights, kind: "etag", times: 1, etag: "other")], 3),
        ("too long", [.init(match: weights, kind: "length", times: 1, more: 10)], 2),
        ("too short", [.init(match: weights, kind: "length", times: 1, more: -10)], 2),
        ("no end", [.init(match: weights, kind: "endless", times: 1)], 2),
        ("one wrong bit", [.init(match: weights, kind: "corrupt", times: 1)], 2),
        ("no such range", [broken, .init(match: weights, kind: "status", times: 1, status: 416)], 3),
    ]

    @Test("what passes does no harm", arguments: passingMistakes)
    func passing(name: String, faults: [Scenario.Fault], requests: Int) async throws {
        let lab = try await Lab(.init(faults: faults))
        _ = try await lab.download()
        try lab.expectWeights()
        #expect(try await lab.scenario.downloads(of: "model.safetensors").count == requests)
        #expect(lab.partialFiles.isEmpty)
    }

    /// Mistakes that stay.
    static let lastingMistakes: [LastingMistake] = [
        LastingMistake("wrong bytes", .init(match: weights, kind: "corrupt")) {
            $0 == .wrongChecksum(file: "model.safetensors", repository: "florence/tiny")
        },
        LastingMistake("a login page", .init(match: weights, kind: "html")) {
            if case .webPage = $0 { true } else { false }
        },
        LastingMistake("packed bytes", .init(match: weights, kind: "gzip")) {
            if case .badAnswer(_, let reason) = $0 { reason.contains("gzip") } else { false }
        },
        LastingMistake(
            "a file that is not there",
            .init(match: weights, kind: "status", status: 404, headers: ["X-Error-Code": "EntryNotFound"])
        ) {
            $0 == .missingFile("model.safetensors", repository: "florence/tiny")
        },
        LastingMistake("a circle", .init(match: weights, kind: "redirect", location: "{hub}{path}")) {
            if case .badRedirect = $0 { true } else { false }
        },
        LastingMistake("a redirect to nowhere", .init(match: weights, kind: "redirect", location: "file:///etc/passwd"))
        {
            if case .badRedirect = $0 { true } else { false }
        },
        LastingMistake("always too long", .init(match: weights, kind: "length", more: 1)) {
            if case .gaveUp(_, _, tries: 5) = $0 { true } else { false }
        },
        LastingMistake("always an early end", .init(match: weights, kind: "short", after: 0)) {
            if case .gaveUp(_, let reason, tries: 5) = $0 { !reason.isEmpty } else { false }
        },
        LastingMistake("always a refusal", .init(match: weights, kind: "status", status: 502)) {
            if case .gaveUp(_, let reason, tries: 5) = $0 { reason.contains("502") } else { false }
        },
        LastingMistake("a list that the hub cannot make", .init(match: "/api/models/", kind: "status", status: 500)) {
            if case .unreachable(_, _, _, let reason) = $0 { reason.contains("500") } else { false }
        },
        LastingMistake("a login page instead of the list", .init(match: "/api/models/", kind: "html")) {
            if case .webPage = $0 { true } else { false }
        },
        LastingMistake("a login page instead of a small file", .init(match: "/config.json", kind: "html")) {
            if case .webPage = $0 { true } else { false }
        },
    ]

    @Test("what stays is an error, and no wrong file", arguments: lastingMistakes)
    func lasting(mistake: LastingMistake) async throws {
        let lab = try await Lab(.init(faults: [mistake.fault]))
        let error = try #require(await lab.refusal())
        #expect(mistake.isExpected(error), "\(error)")
        #expect("\(error)".hasSuffix(".") && !"\(error)".contains("signature"))
        #expect(!lab.names(in: lab.snapshot).contains("model.safetensors"))
        #expect(lab.names(in: lab.model.appending(path: "refs")).isEmpty)
        #expect(lab.partialFiles.count <= 1)
        try lab.expectSoundCache()

        try await lab.scenario.change(.init())
        _ = try await lab.download()
        try lab.expectWeights()
        #expect(lab.partialFiles.isEmpty)
    }

    @Test("a refused request is repeated four times, later each time")
    func backOff() async throws {
        let lab = try await Lab(.init(faults: [.init(match: "/api/models/", kind: "status", status: 503)]))
        _ = await lab.refusal()
        #expect(lab.clock.waits == [.seconds(1), .seconds(2), .seconds(4), .seconds(8)])
        #expect(try await lab.scenario.log().count == 5)
    }

    @Test("Retry-After is heeded, up to two minutes", arguments: [("7", 7), ("0", 0), ("100000", 120), ("soon", 1)])
    func retryAfter(header: String, seconds: Int) async throws {
        let fault = Scenario.Fault(
            match: Self.weights, kind: "status", times: 1, status: 429, headers: ["Retry-After": header])
        let lab = try await Lab(.init(faults: [fault]))
        _ = try await lab.download()
        #expect(lab.clock.waits == [.seconds(seconds)])
        try lab.expectWeights()
    }

    @Test("a connection that brings nothing more is given up, and the rest is asked for")
    func stall() async throws {
        let lab = try await Lab(.init(faults: [.init(match: Self.weights, kind: "stall", times: 1, after: 100_000)]))
        _ = try await lab.download(environment: ["HF_HUB_DOWNLOAD_TIMEOUT": "1"])
        try lab.expectWeights()
        let asked = try await lab.scenario.downloads(of: "model.safetensors")
        // On a busy machine the second may pass before all that was sent has been read.
        #expect(asked.count >= 2)
        let range = try #require(asked.last?.headers["range"]?.firstMatch(of: /^bytes=(\d+)-$/))
        #expect((1...100_000).contains(Int(range.1) ?? 0), "\(range.0)")
        #expect(lab.log.lines.contains { $0.contains("no byte came for 1 s") })
    }

    @Test("a hub that accepts connections and says nothing is an error")
    func silence() async throws {
        let lab = try await Lab(.init(faults: [.init(match: "/config.json", kind: "stall", after: 0)]))
        let error = await lab.refusal(environment: ["HF_HUB_DOWNLOAD_TIMEOUT": "1"])
        guard case .gaveUp(_, let reason, tries: 5)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("no byte came"))
    }

    @Test("nobody at the address is an error")
    func nobody() async throws {
        let lab = try await Lab()
        let error = await lab.refusal(environment: ["HF_ENDPOINT": "http://127.0.0.1:1"])
        guard case .unreachable("florence/tiny", let missing, host: "127.0.0.1:1", _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(missing == ["config.json", "tokenizer.json", "model.safetensors"])
        #expect(lab.clock.waits.count == 4)
    }
}

/// A mistake that stays, and its error.
struct LastingMistake: Sendable, CustomTestStringConvertible {
    let name: String
    let fault: Scenario.Fault
    let isExpected: @Sendable (ModelHubError) -> Bool

    init(_ name: String, _ fault: Scenario.Fault, isExpected: @escaping @Sendable (ModelHubError) -> Bool) {
        self.name = name
        self.fault = fault
        self.isExpected = isExpected
    }

    var testDescription: String { name }
}
