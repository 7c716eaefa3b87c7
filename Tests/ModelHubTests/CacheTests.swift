import Foundation
import ModelHub
import Testing

/// The cache as other tools leave it, without any network.
@Suite("What is in the cache")
struct CacheTests {
    /// A cache made by hand.
    private final class Cache {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hub-cache-\(UUID())")
        let commit = String(repeating: "ab", count: 20)
        var model: URL { folder.appending(path: "models--a--b") }

        static let whole = [
            "config.json": "{}", "generation_config.json": "{}", "preprocessor_config.json": "{}",
            "tokenizer.json": "{}", "tokenizer_config.json": "{}", "model.safetensors": weights,
        ]
        /// A safetensors file without tensors.
        static let weights = "\u{2}\0\0\0\0\0\0\0{}"

        init(_ files: [String: String] = Cache.whole, reference: String? = nil) throws {
            try write(reference ?? commit, to: "refs/main")
            for (name, text) in files { try write(text, to: "snapshots/\(commit)/\(name)") }
        }

        deinit {
            try? FileManager.default.removeItem(at: folder)
        }

        func write(_ text: String, to path: String) throws {
            let file = model.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }

        func snapshot(_ revision: String = "main") throws -> String? {
            HubCache(folder: folder.path).snapshot(of: try ModelRepository("a/b", revision: revision))
        }

        func damaged() throws -> [String] {
            HubCache(folder: folder.path).damagedFiles(of: try ModelRepository("a/b"))
        }

        var expected: String { model.appending(path: "snapshots/\(commit)").path }
    }

    private static func without(_ names: String...) -> [String: String] {
        Cache.whole.filter { !names.contains($0.key) }
    }

    @Test("a whole snapshot is found by branch and by commit")
    func whole() throws {
        let cache = try Cache()
        #expect(try cache.snapshot() == cache.expected)
        #expect(try cache.snapshot(cache.commit) == cache.expected)
        #expect(try cache.snapshot("other") == nil)
        let ended = try Cache(reference: cache.commit + "\n")
        #expect(try ended.snapshot() == ended.expected)
    }

    @Test("without one of its files it is not whole", arguments: Array(Cache.whole.keys))
    func incomplete(name: String) throws {
        #expect(try Cache(Self.without(name)).snapshot() == nil)
        var empty = Cache.whole
        empty[name] = ""
        #expect(try Cache(empty).snapshot() == nil, "an empty file is none")
    }

    @Test("a file that the commit is known not to have is not missed")
    func knownAbsent() throws {
        let cache = try Cache(Self.without("generation_config.json"))
        try cache.write("", to: ".no_exist/\(cache.commit)/generation_config.json")
        #expect(try cache.snapshot() == cache.expected)
        let weightless = try Cache(Self.without("model.safetensors"))
        try weightless.write("", to: ".no_exist/\(weightless.commit)/model.safetensors")
        #expect(try weightless.snapshot() == nil)
    }

    @Test("the list of files that Python's tools keep says what is missing")
    func listed() throws {
        let entry = #"{"size": 1, "blob_id": "x"}"#
        let cache = try Cache(Self.without("generation_config.json"))
        let path = "trees/\(cache.commit).json"
        try cache.write(#"{"format_version": 1, "files": {"config.json": \#(entry)}}"#, to: path)
        #expect(try cache.snapshot() == cache.expected)
        try cache.write(#"{"format_version": 1, "files": {"generation_config.json": \#(entry)}}"#, to: path)
        #expect(try cache.snapshot() == nil)
        try cache.write(#"{"format_version": 2, "files": {}}"#, to: path)
        #expect(try cache.snapshot() == nil)
        try cache.write("nonsense", to: path)
        #expect(try cache.snapshot() == nil)
    }

    @Test("a JSON file that ends early is not whole, wherever that is; nor is one with zeros for its end")
    func cutJSON() throws {
        let json = #" {"a": [1, "}]\"{\\", {"b": {}}], "c\u00e9é": null, "d": "x"} "#
        let count = json.utf8.count
        for length in 1..<count - 1 {
            var files = Cache.whole
            files["tokenizer.json"] = String(decoding: Array(json.utf8).prefix(length), as: UTF8.self)
            #expect(try Cache(files).snapshot() == nil, "\(length) bytes")
        }
        for (text, isWhole) in [
            (json, true), (json + "\n\t\r ", true), ("\u{FEFF}" + json, true), ("[]", true), ("nonsense", false),
            (json + "\0", false), (json + "{}", false), (json.replacing("1", with: "\0"), false), ("}{", false),
            (json.replacing("x", with: "\0"), false), (json.replacing("x", with: "\u{1}"), false),
        ] {
            var files = Cache.whole
            files["config.json"] = text
            let cache = try Cache(files)
            #expect(try (cache.snapshot() != nil) == isWhole, "\(text)")
            #expect(try cache.damaged() == (isWhole ? [] : ["config.json"]))
        }
    }

    @Test("weights that are cut off, or longer than their header says, are not whole", arguments: [-1, 1])
    func cutWeights(difference: Int) throws {
        var files = Cache.whole
        files["model.safetensors"] = difference > 0 ? Cache.weights + "x" : String(Cache.weights.dropLast())
        let cache = try Cache(files)
        #expect(try cache.snapshot() == nil)
        #expect(try cache.damaged() == ["model.safetensors"])
    }

    @Test("links that lead nowhere are no files")
    func danglingLink() throws {
        let cache = try Cache(Self.without("model.safetensors"))
        let link = cache.expected + "/model.safetensors"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../../blobs/\(cache.commit)")
        #expect(try cache.snapshot() == nil)
        try cache.write(Cache.weights, to: "blobs/\(cache.commit)")
        #expect(try cache.snapshot() == cache.expected)
    }

    @Test(
        "a reference that names no commit leads nowhere",
        arguments: ["", "../../..", "main", "/etc", String(repeating: "g", count: 40), "../snapshots/x"])
    func badReference(text: String) throws {
        #expect(try Cache(reference: text).snapshot() == nil)
    }

    @Test("folders of the cache that are links are read, but not written through")
    func links() async throws {
        for name in ["models--florence--tiny", ".locks", "models--florence--tiny/blobs", "models--florence--tiny/refs"]
        {
            let lab = try await Lab()
            let outside = lab.folder.appending(path: "outside")
            let link = lab.cache.appending(path: name)
            try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
            try FileManager.default.createDirectory(
                at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: outside)
            let error = await lab.refusal()
            guard case .notWritable(_, let reason)? = error else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
            #expect(reason.contains("link"))
            #expect(lab.names(in: outside).isEmpty, "\(name)")
        }
    }

    @Test("a snapshot behind a link is read")
    func readThroughLink() throws {
        let cache = try Cache()
        let other = FileManager.default.temporaryDirectory.appending(path: "hub-cache-\(UUID())")
        defer { try? FileManager.default.removeItem(at: other) }
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: other.appending(path: "models--a--b"), withDestinationURL: cache.model)
        #expect(HubCache(folder: other.path).snapshot(of: try ModelRepository("a/b")) != nil)
    }
}
