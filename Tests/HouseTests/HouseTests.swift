import Foundation
import Testing

@Suite("The house rules")
struct HouseTests {
    static let standardModules: Set<String> = [
        "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Glibc", "Darwin", "Musl",
    ]

    @Test("a target imports only what its row in Package.swift lists")
    func imports() throws {
        let targets = try Manifest.read().targets
        for (folder, isTest) in [("Sources", false), ("Tests", true)] {
            let files = try SourceFile.all(below: folder)
            #expect(files.count > 100)
            for file in files {
                let row = try #require(targets.first { $0.name == file.target }, "\(file.target) has no row")
                let allowed = Self.standardModules.union(isTest ? ["Testing", "FoundationXML"] : []).union(
                    row.dependencies)
                let excess = file.imports.subtracting(allowed)
                #expect(excess.isEmpty, "\(file) imports \(excess.sorted())")
            }
        }
    }

    @Test("a target stands above all that it depends on, and every row has its folder")
    func floors() throws {
        var below: Set<String> = []
        let targets = try Manifest.read().targets
        let names = Set(targets.map(\.name))
        #expect(targets.count > 20 && names.count == targets.count)
        for target in targets {
            let above = names.intersection(target.dependencies).subtracting(below)
            #expect(above.isEmpty, "\(target.name) depends on \(above.sorted()), which are listed after it")
            below.insert(target.name)
            let folders = ["Sources", "Tests"].map { SourceFile.root.appending(path: "\($0)/\(target.name)").path }
            #expect(folders.contains { FileManager.default.fileExists(atPath: $0) }, "\(target.name)")
        }
    }

    @Test("the rows are read as they are written")
    func manifest() {
        let manifest = Manifest(
            parsing: """
                // .target(name: "Comment"),
                .target(name: "Ground"),
                .target(
                    name: "Upper (floor)", dependencies: [
                        "Ground", .product(name: "Module", package: "a-package"),  // "Nothing"
                    ], swiftSettings: [.define("X")]),
                .testTarget(name: "UpperTests", dependencies: ["Upper (floor)"]),
                """)
        #expect(manifest.targets.map(\.name) == ["Ground", "Upper (floor)", "UpperTests"])
        #expect(manifest.targets.map(\.dependencies) == [[], ["Ground", "Module"], ["Upper (floor)"]])
        #expect(manifest.targets.map(\.isTest) == [false, false, true])
    }

    @Test("no name of a type stands twice at the top of files")
    func doubles() throws {
        let files = try SourceFile.all(below: "Sources") + SourceFile.all(below: "Tests")
        let places = Dictionary(
            grouping: files.flatMap { file in file.topLevelTypes.map { (name: $0, file: file) } }, by: \.name)
        #expect(places.count > 400)
        for (name, found) in places where found.count > 1 { Issue.record("\(name) stands in \(found.map(\.file))") }
    }

    @Test("code says image; the word picture is for what users read")
    func images() throws {
        for file in try SourceFile.all(below: "Sources") {
            #expect(!file.topLevelTypes.contains { $0.contains("Picture") }, "\(file)")
            for line in file.lines where line.contains("//") && !line.contains("`") && !line.contains("\"") {
                #expect(!line.contains("picture"), "\(file): \(line)")
            }
        }
    }

    @Test("no file has more than 500 lines, the entry point fewer than 100")
    func length() throws {
        for folder in ["Sources", "Tests"] {
            for file in try SourceFile.all(below: folder) {
                #expect(file.lines.count <= 500, "\(file) has \(file.lines.count) lines")
                if file.url.lastPathComponent == "VisionServer.swift" { #expect(file.lines.count < 100) }
            }
        }
    }

    @Test("tests use what is public or of the package")
    func noTestableImports() throws {
        let attribute = "@" + "testable"
        for file in try SourceFile.all(below: "Tests") {
            #expect(!file.lines.contains { $0.contains(attribute) }, "\(file)")
        }
    }

    @Test("no file is named after nothing")
    func names() throws {
        let nothing = ["Utils", "Helpers", "Common", "Extensions", "Misc"]
        for file in try SourceFile.all(below: "Sources") {
            let name = file.url.deletingPathExtension().lastPathComponent
            #expect(!nothing.contains { name.hasSuffix($0) }, "\(file)")
        }
    }
}
