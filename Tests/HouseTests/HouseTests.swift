import Foundation
import Testing

@Suite("The house rules")
struct HouseTests {
    /// What each target may import, from the ground up; Foundation and the standard library's modules besides.
    static let allowedImports: [String: Set<String>] = [
        "Tensors": ["CKernels"],
        "Images": ["CImageCodecs", "CPixels"],
        "Serving": ["Logging", "Metrics", "ServiceLifecycle"],
        "PrometheusText": ["CoreMetrics"],
        "JSONScanning": [],
        "Transfers": ["CCurl"],
        "VisionAPITypes": [],
        "Florence2": ["Tensors", "Images"],
        "ModelHub": ["CDigest", "Tensors", "Transfers", "Logging"],
        "Captioning": ["Florence2", "Images", "Serving", "Tensors"],
        "VisionAPI": [
            "CPixels", "Captioning", "Florence2", "HTTPDoor", "Images", "JSONScanning", "Serving", "VisionAPITypes",
            "HTTPTypes",
            "Hummingbird", "Logging", "Metrics", "ServiceLifecycle",
        ],
        "HTTPDoor": [
            "CDigest", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "Metrics", "NIOCore", "NIOHTTP1",
            "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "ServiceLifecycle",
        ],
        "CaptionClient": ["Transfers", "VisionAPITypes"],
        "vision-client": ["CaptionClient", "ArgumentParser"],
        "vision-benchmark": ["CProbes", "Tensors", "Images", "VisionAPI", "ArgumentParser"],
        "vision-server": [
            "CDemoModel", "CKernels", "Tensors", "Images", "Serving", "PrometheusText", "VisionAPITypes", "Florence2",
            "Captioning", "ModelHub", "HTTPDoor", "VisionAPI", "ArgumentParser", "Hummingbird", "Logging", "Metrics",
            "ServiceLifecycle",
        ],
    ]

    static let standardModules: Set<String> = [
        "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Glibc", "Darwin", "Musl",
    ]

    @Test("a target imports only what its row lists")
    func imports() throws {
        for file in try SourceFile.all(below: "Sources") {
            let allowed = try #require(Self.allowedImports[file.target], "\(file.target) has no row")
            let excess = file.imports.subtracting(allowed).subtracting(Self.standardModules)
            #expect(excess.isEmpty, "\(file) imports \(excess.sorted())")
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
