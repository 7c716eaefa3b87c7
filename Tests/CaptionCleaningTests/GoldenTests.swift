import CaptionCleaning
import Testing

@Suite("What each flag makes of two hundred captions")
struct GoldenTests {
    @Test("there are two hundred, each once")
    func texts() throws {
        let texts = try CaptionGoldens.texts()
        #expect(texts.count == 200 && Set(texts).count == 200)
    }

    @Test(
        "exactly the texts that should change do, and become what they should",
        arguments: CaptionGoldens.flags.map(\.name))
    func flag(name: String) throws {
        let cleanUp = try #require(CaptionGoldens.flags.first { $0.name == name }).cleanUp
        let changes = try CaptionGoldens.changes(name)
        #expect(changes.count > 5)
        for (index, text) in try CaptionGoldens.texts().enumerated() {
            #expect(cleanUp.clean(text).text == changes[index + 1] ?? text, "line \(index + 1)")
        }
    }

    @Test("all flags together")
    func all() throws {
        let changes = try CaptionGoldens.changes("all-flags")
        for (index, text) in try CaptionGoldens.texts().enumerated() {
            #expect(CaptionGoldens.all.clean(text).text == changes[index + 1] ?? text, "line \(index + 1)")
        }
    }
}
