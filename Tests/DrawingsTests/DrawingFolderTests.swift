import Drawings
import Foundation
import Testing

@Suite("The folder of drawings")
struct DrawingFolderTests {
    private let root = FileManager.default.temporaryDirectory.appending(path: "drawings \(UUID())")

    private func folder<R>(isLinked: Bool = false, _ body: (DrawingFolder, URL) throws -> R) throws -> R {
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        return try body(DrawingFolder(path: root.path, isLinked: isLinked), root)
    }

    @Test("a drawing may be drawn anew; any other file, folder or link that leads nowhere stays")
    func contents() throws {
        try folder { folder, root in
            #expect(folder.content(of: folder.file(for: "a.png")) == .nothing)
            let svg = Drawing(width: 1, height: 1, title: String(repeating: "x", count: 999), image: .linked("./a"))
                .svg()
            try svg.write(to: root.appending(path: "a.png.svg"))
            #expect(folder.content(of: folder.file(for: "a.png")) == .drawing)
            try Data("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".utf8).write(to: root.appending(path: "b.svg"))
            #expect(folder.content(of: folder.file(for: "b")) == .foreign)
            try Data().write(to: root.appending(path: "empty.svg"))
            #expect(folder.content(of: folder.file(for: "empty")) == .foreign)
            try FileManager.default.createDirectory(
                at: root.appending(path: "c.svg"), withIntermediateDirectories: true)
            #expect(folder.content(of: folder.file(for: "c")) == .foreign)
            try FileManager.default.createSymbolicLink(
                atPath: root.path + "/d.svg", withDestinationPath: "nowhere")
            #expect(folder.content(of: folder.file(for: "d")) == .foreign)
        }
    }

    @Test("an image is held, or its address is relative and holds no sign with a meaning")
    func images() throws {
        try folder(isLinked: true) { folder, root in
            let names = root.appending(path: "photos")
            try FileManager.default.createDirectory(at: names, withIntermediateDirectories: true)
            let file = root.path + "/drawings/sub/x.svg"
            try folder.makeFolder(of: file)
            let image = try folder.image(names.path + "/a b#?%\"<é:.jpg", for: file)
            #expect(image == .linked("../../photos/a%20b%23%3F%25%22%3C%C3%A9%3A.jpg"))
            let beside = try folder.image(root.path + "/drawings/sub/data:x.png", for: file)
            #expect(beside == .linked("./data%3Ax.png"))
        }
        try folder { folder, root in
            try Data([1, 2, 3]).write(to: root.appending(path: "a.png"))
            #expect(try folder.image(root.path + "/a.png", for: root.path + "/a.svg") == .embedded(Data([1, 2, 3])))
        }
    }

    @Test("two images of one name in two folders would have one drawing")
    func rivals() {
        #expect(DrawingFolder.rivals(among: ["a/x.png", "b/y.png", "x.jpg", "a/x.png"]) == nil)
        let rivals = DrawingFolder.rivals(among: ["a/x.png", "y.png", "b/x.png"])
        #expect(rivals?.0 == "a/x.png" && rivals?.1 == "b/x.png")
    }
}
