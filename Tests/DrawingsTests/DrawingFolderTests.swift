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
            for path in [names.path + "/a b#?%\"<é:.jpg", root.path + "/drawings/sub/data:x.png"] {
                #expect(FileManager.default.createFile(atPath: path, contents: nil))
            }
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

    @Test("names are bytes: a slash with an accent is one, and an accent in two spellings makes two names")
    func bytes() throws {
        try folder(isLinked: true) { folder, root in
            let (one, other) = (root.path + "/caf\u{E9}", root.path + "/cafe\u{301}")
            for path in [one, other] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                try WholeFile.write(Data([1]), to: path + "/\u{301}x.png")
            }
            let image = one + "/\u{301}x.png"
            #expect(DrawingFolder.name(of: image).utf8.elementsEqual("\u{301}x.png".utf8))
            #expect(try folder.image(image, for: one + "/a.svg") == .linked("./%CC%81x.png"))
            #expect(try folder.image(image, for: other + "/a.svg") == .linked("../caf%C3%A9/%CC%81x.png"))
            let marked = root.path + "/\u{301}d/a.svg"
            try folder.makeFolder(of: marked)
            #expect(try folder.image(image, for: marked) == .linked("../caf%C3%A9/%CC%81x.png"))
        }
        #expect(DrawingFolder.rivals(among: ["a/\u{E9}.png", "b/e\u{301}.png"]) == nil)
        #expect(DrawingFolder.rivals(among: ["\u{E9}/x.png", "e\u{301}/x.png"]) != nil)
        #expect(DrawingFolder.rivals(among: ["a/\u{301}x.png", "b/\u{301}x.png"]) != nil)
    }

    @Test("what is in the way of a drawing is seen before it is made")
    func obstacles() throws {
        try folder { folder, root in
            try Data().write(to: root.appending(path: "f"))
            try FileManager.default.createSymbolicLink(atPath: root.path + "/link", withDestinationPath: "nowhere")
            let long = String(repeating: "x", count: 252)
            for (path, code) in [("f", ENOTDIR), ("f/g", ENOTDIR), ("link", ENOENT), ("link/g", ENOENT)] {
                let folder = DrawingFolder(path: root.path + "/" + path, isLinked: false)
                let file = folder.file(for: "a.png")
                #expect(folder.content(of: file) == .unreachable(code), "\(path)")
                #expect(folder.obstacle(to: file) == code, "\(path)")
                #expect(throws: POSIXError.self, "\(path)") { try folder.makeFolder(of: file) }
            }
            #expect(folder.obstacle(to: folder.file(for: long)) == ENAMETOOLONG)
            #expect(folder.obstacle(to: folder.file(for: String(long.dropLast()))) == nil)
            let deep = root.path + "/new/deep/a.svg"
            #expect(folder.content(of: deep) == .nothing && folder.obstacle(to: deep) == nil)
            #expect(DrawingFolder.nearestFolder(of: deep) == root.path && folder.isBelow(root.path))
            #expect(!folder.isBelow(root.path + "/new"))
            #expect(DrawingFolder.nearestFolder(of: "\(UUID())/a.svg") == ".")
        }
    }

    @Test("an image that is gone is told of, whether it would be held or linked", arguments: [false, true])
    func gone(isLinked: Bool) throws {
        try folder(isLinked: isLinked) { folder, root in
            let gone = root.path + "/gone.png"
            #expect(throws: POSIXError(.ENOENT)) { try folder.image(gone, for: gone + ".svg") }
        }
    }

    @Test("a file is replaced as a whole, also behind a link, and nothing else is left")
    func whole() throws {
        try folder { _, root in
            let content = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            try FileManager.default.createSymbolicLink(atPath: root.path + "/link", withDestinationPath: "a")
            try Data("old".utf8).write(to: root.appending(path: "a"))
            try WholeFile.write(content, to: root.path + "/link")
            #expect(try WholeFile.read(root.path + "/a") == content)
            #expect(Set(try FileManager.default.contentsOfDirectory(atPath: root.path)) == ["a", "link"])
            #expect(throws: POSIXError(.ENOTDIR)) { try WholeFile.write(content, to: root.path + "/a/b") }
            #expect(throws: POSIXError(.EISDIR)) { try WholeFile.read(root.path) }
        }
    }
}
