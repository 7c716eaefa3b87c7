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
        "/etc/passwd", "a/b/", "a//b", "a/b\0", "a/b\n", "a/ b", "a/b ", "a/b?x=1", "a/b#c", "a/%2e%2e", "%2e%2e/b",
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

    @Test("there are enough of them")
    func count() {
        #expect(Self.badNames.count >= 30)
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
