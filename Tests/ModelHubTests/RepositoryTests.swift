import ModelHub
import Testing

@Suite("Names on the hub")
struct RepositoryTests {
    @Test(
        "names that exist are accepted",
        arguments: [
            "microsoft/Florence-2-large", "MiaoshouAI/Florence-2-large-PromptGen-v2.0", "a/b", "_x/y_", "0/1.2.3",
            "florence-community/Florence-2-base-ft", String(repeating: "a", count: 96) + "/" + "b",
        ])
    func valid(name: String) throws {
        let repository = try ModelRepository(name)
        #expect(repository.id == name)
        #expect(repository.revision == "main")
    }

    @Test("large and base are the PromptGen models")
    func shortNames() throws {
        #expect(try ModelRepository("large").id == "MiaoshouAI/Florence-2-large-PromptGen-v2.0")
        #expect(try ModelRepository("base").id == "MiaoshouAI/Florence-2-base-PromptGen-v2.0")
    }

    static let badNames = [
        "", "/", "a", "a/", "/b", "a/b/c", "//", "..", "../b", "a/..", "./b", "a/.", "a/../b", "../../etc/passwd",
        "/etc/passwd", "a/b//", "a//b", "a/b\0", "a/b\n", "a/ b", "a/b ", "a/b?x=1", "a/b#c", "a/%2e%2e", "%2e%2e/b",
        "a/b%00", "a\\b/c", "a/b\\..\\c", "-a/b", "a/b-", ".a/b", "a/b.", "a/b..c", "a--b/c", "a/b--c", "a/b.git",
        "a/b.GIT", "a/b.lock", "a/b.ipynb", "a:b/c", "a/b:8080", "user@host/b", "é/b", "a/文", "a/b\u{202E}c",
        "http://x/y", "a/" + String(repeating: "b", count: 97), String(repeating: "a", count: 300) + "/b", "~/b",
        "$HOME/b",
        "a/b;rm", "a/b|c", "a/b*", "C:/b",
    ]

    @Test(
        "names that cannot exist, or that would lead out of the cache, are refused with a reason", arguments: badNames)
    func invalid(name: String) {
        #expect {
            try ModelRepository(name)
        } throws: { error in
            guard case ModelHubError.invalidName = error else { return false }
            let sentence = "\(error)"
            return sentence.contains("cannot be a model on the hub") && sentence.count < 300
                && !sentence.contains { $0.isNewline || $0 == "\0" }
        }
    }

    @Test(
        "the address of a model's page is its name, with the revision that it shows; a slash at the end is no matter",
        arguments: [
            ("https://huggingface.co/a/b", "main"), ("http://www.huggingface.co/a/b/", "main"), ("hf.co/a/b", "main"),
            ("HTTPS://HuggingFace.co/a/b?library=transformers#use", "main"), ("huggingface.co/a/b/tree/v1.0", "v1.0"),
            ("https://huggingface.co/a/b/blob/main/config.json", "main"),
            ("https://huggingface.co/a/b/tree/refs%2Fpr%2F20", "refs/pr/20"),
            ("https://huggingface.co/a/b/tree/refs/pr/20/onnx", "refs/pr/20"),
            ("https://huggingface.co/a/b/resolve/\(Scenario.commit)/config.json", Scenario.commit),
            ("https://huggingface.co/a/b/discussions/20", "main"), ("a/b/", "main"), ("a/b@v1.0", "v1.0"),
            ("a/b@refs/pr/20", "refs/pr/20"), ("a/b@\(Scenario.commit)", Scenario.commit),
        ])
    func address(text: String, revision: String) throws {
        let repository = try ModelRepository(text)
        #expect(repository.id == "a/b" && repository.revision == revision)
        #expect(try ModelRepository(text, revision: revision).revision == revision)
    }

    @Test(
        "other addresses are refused",
        arguments: [
            "https://example.org/a/b", "https://huggingface.co", "https://huggingface.co/a",
            "https://huggingface.co/datasets/a/b", "https://huggingface.co/spaces/a/b",
            "https://huggingface.co.example.org/a/b", "https://user@huggingface.co/a/b",
            "https://huggingface.co/../b", "https://huggingface.co/a/..",
        ])
    func badAddress(text: String) {
        #expect {
            try ModelRepository(text)
        } throws: { error in
            if case ModelHubError.invalidName = error { true } else { false }
        }
    }

    @Test("a short name takes a revision, too; two that differ are refused, and so is one that can't be")
    func revisions() throws {
        #expect(try ModelRepository("large@v1").revision == "v1")
        #expect(try ModelRepository("base/").id == "MiaoshouAI/Florence-2-base-PromptGen-v2.0")
        #expect(throws: ModelHubError.invalidRevision("v2", reason: "the model's name says v1")) {
            try ModelRepository("large@v1", revision: "v2")
        }
        for text in ["a/b@", "a/b@../x", "a/b@a b", "https://huggingface.co/a/b/tree/%2e%2e"] {
            #expect(throws: ModelHubError.self) { try ModelRepository(text) }
        }
    }

    @Test(
        "branches, tags, pull requests and commits are accepted", arguments: ["main", "v1.0", "refs/pr/3", "a_b-c+d"])
    func validRevision(revision: String) throws {
        #expect(try ModelRepository("a/b", revision: revision).revision == revision)
    }

    @Test(
        "other revisions are refused",
        arguments: [
            "", "..", "../main", "main/..", "a/../b", "/main", "main/", "a//b", ".main", "main.", "-main", "a b", "a\0",
            "a%2fb", "main.lock", "refs/x.lock/y", "a~1", "a^", "a:b", "a?b", "a*", "a[b", "a\\b", "a#b", "@{u}", "é",
            "a/.b", String(repeating: "a", count: 201),
        ])
    func invalidRevision(revision: String) {
        #expect {
            try ModelRepository("a/b", revision: revision)
        } throws: { error in
            if case ModelHubError.invalidRevision = error { true } else { false }
        }
    }
}
