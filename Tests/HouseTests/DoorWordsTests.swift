import Testing

@Suite("What the door does not know")
struct DoorWordsTests {
    @Test("no word of HTTPDoor is about vision")
    func words() throws {
        let strangers = ["vision", "caption", "model", "picture", "image", "florence"]
        let files = try SourceFile.all(below: "Sources").filter { $0.target == "HTTPDoor" }
        #expect(!files.isEmpty)
        for file in files {
            for line in file.lines {
                let text = line.lowercased()
                #expect(!strangers.contains { text.contains($0) }, "\(file): \(line)")
            }
        }
    }
}
