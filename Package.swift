// swift-tools-version: 6.1
// The map of the house: which target exists, on which floor, and what it may import (see ARCHITECTURE.md).
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

// A program that is copied to another machine has to run there: on Linux Swift's runtime goes into it (60 of 79 MB
// stripped; 79 MB of libraries beside it otherwise), and it starts in half the time. Only linking changes, so the
// tests, which need the shared runtime, go on sharing every object; `--static-swift-stdlib` would have each of the two
// commands recompile everything. The libraries named here are what Foundation's static library leaves out.
let staticRuntime: [LinkerSetting] = [
    .unsafeFlags(
        ["-static-stdlib", "-lCoreFoundation", "-l_FoundationICU", "-l_FoundationCShims", "-l_FoundationCollections"],
        .when(platforms: [.linux]))
]

let package = Package(
    name: "florence2-visionapi",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "vision-server", targets: ["vision-server"]),
        .executable(name: "vision-client", targets: ["vision-client"]),
        .executable(name: "vision-benchmark", targets: ["vision-benchmark"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.26.0", traits: []),
        // Older ones can be brought down by the headers of one request (CVE-2026-28980).
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.3"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.10.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.11.0"),
    ],
    targets: [
        // Floor 0: C.
        .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),
        .target(
            name: "CImageCodecs",
            linkerSettings: [
                .linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("webp"),
                .linkedLibrary("gif"), .linkedLibrary("tiff"), .linkedLibrary("z"),
            ]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CDigest", linkerSettings: [.linkedLibrary("crypto", .when(platforms: [.linux]))]),
        .target(name: "CPixels"),
        .target(name: "CDemoModel"),
        .target(name: "CProbes"),

        // Floor 1: libraries that know nothing of each other.
        .target(name: "Tensors", dependencies: ["CKernels"], swiftSettings: swiftSettings),
        .target(name: "RawPreviews", swiftSettings: swiftSettings),
        .target(
            name: "Images", dependencies: ["CDigest", "CImageCodecs", "CPixels", "RawPreviews"],
            swiftSettings: swiftSettings),
        .target(
            name: "Serving",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "PrometheusText", dependencies: [.product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: swiftSettings),
        .target(name: "JSONScanning", swiftSettings: swiftSettings),
        .target(name: "CaptionCleaning", swiftSettings: swiftSettings),
        .target(name: "Transfers", dependencies: ["CCurl"], swiftSettings: swiftSettings),
        .target(name: "VisionAPITypes", swiftSettings: swiftSettings),
        .target(name: "Drawings", swiftSettings: swiftSettings),

        // Floor 2: the model, and where its files come from.
        .target(
            name: "ModelHub",
            dependencies: [
                "CDigest", "Serving", "Tensors", "Transfers", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings),
        .target(name: "Florence2", dependencies: ["Tensors", "Images"], swiftSettings: swiftSettings),

        .target(name: "ModelContext", dependencies: ["JSONScanning"], swiftSettings: swiftSettings),
        .target(name: "ImageHosts", dependencies: ["Transfers"], swiftSettings: swiftSettings),
        .target(
            name: "CaptionClient",
            dependencies: [
                "CaptionCleaning", "Drawings", "ModelContext", "RawPreviews", "Transfers", "VisionAPITypes",
            ],
            swiftSettings: swiftSettings),

        // Floor 3: many requests for one model, and the street door.
        .target(
            name: "Captioning",
            dependencies: [
                "CDigest", "Florence2", "Images", "Serving", "Tensors",
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "HTTPDoor",
            dependencies: [
                "CDigest",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings),

        // Floor 4: the dialects.
        .target(
            name: "VisionAPI",
            dependencies: [
                "CDigest", "CPixels", "CaptionCleaning", "Captioning", "Florence2", "HTTPDoor", "ImageHosts", "Images",
                "JSONScanning", "ModelContext", "Serving", "VisionAPITypes",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [
                .embedInCode("Resources/openapi.json"), .embedInCode("Resources/page.html"),
                .embedInCode("Resources/folder"),
            ],
            swiftSettings: swiftSettings),

        // Floor 5: programs.
        .executableTarget(
            name: "vision-server",
            dependencies: [
                "CDemoModel", "CKernels", "Drawings", "Tensors", "Images", "Serving", "PrometheusText",
                "VisionAPITypes", "Florence2", "Captioning", "ImageHosts", "ModelHub", "Transfers", "HTTPDoor",
                "VisionAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: swiftSettings, linkerSettings: staticRuntime),

        .executableTarget(
            name: "vision-client",
            dependencies: [
                "CaptionCleaning", "CaptionClient", "Drawings",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings, linkerSettings: staticRuntime),

        .executableTarget(
            name: "vision-benchmark",
            dependencies: [
                "CProbes", "Tensors", "Images", "VisionAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),

        // The one way in which tests wait.
        .target(name: "Eventually", path: "Tests/Eventually", swiftSettings: swiftSettings),
        // Random numbers that are the same in every run.
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: swiftSettings),
        // What the tests of servers share: a bare connection to this machine.
        .target(name: "Loopback", path: "Tests/Loopback", swiftSettings: swiftSettings),

        .testTarget(
            name: "TensorsTests", dependencies: ["Tensors", "CKernels", "SeededRandom"], swiftSettings: swiftSettings),
        .testTarget(
            name: "RawPreviewsTests", dependencies: ["Images", "RawPreviews", "SeededRandom"],
            swiftSettings: swiftSettings),
        .testTarget(name: "ImagesTests", dependencies: ["Images", "CImageCodecs"], swiftSettings: swiftSettings),
        .testTarget(
            name: "ModelContextTests", dependencies: ["ModelContext", "SeededRandom"], swiftSettings: swiftSettings),
        .testTarget(name: "JSONScanningTests", dependencies: ["JSONScanning"], swiftSettings: swiftSettings),
        .testTarget(name: "DrawingsTests", dependencies: ["Drawings"], swiftSettings: swiftSettings),
        .testTarget(
            name: "CaptionCleaningTests", dependencies: ["CaptionCleaning", "SeededRandom"],
            exclude: ["Captions"], swiftSettings: swiftSettings),
        .testTarget(
            name: "TransfersTests", dependencies: ["Transfers", "SeededRandom"], swiftSettings: swiftSettings),
        .testTarget(name: "ImageHostsTests", dependencies: ["ImageHosts"], swiftSettings: swiftSettings),
        .testTarget(
            name: "ServingTests",
            dependencies: [
                "Serving", "Eventually", "SeededRandom", .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "Florence2Tests", dependencies: ["Florence2", "Tensors", "Images", "SeededRandom"],
            swiftSettings: swiftSettings),
        .target(
            name: "FakeEngine", dependencies: ["Florence2", "Images"], path: "Tests/FakeEngine",
            swiftSettings: swiftSettings),
        .testTarget(
            name: "CaptioningTests",
            dependencies: ["Captioning", "FakeEngine", "Florence2", "Tensors", "Images", "SeededRandom", "Serving"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "HTTPDoorTests",
            dependencies: [
                "Eventually", "HTTPDoor", "Loopback", "SeededRandom",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "VisionAPITests",
            dependencies: [
                "VisionAPI", "CDigest", "CaptionCleaning", "Captioning", "VisionAPITypes", "FakeEngine", "Florence2",
                "HTTPDoor", "ImageHosts", "Images",
                "Loopback", "ModelContext", "SeededRandom", "Serving", "CDemoModel", "Eventually", "JSONScanning",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "PrometheusTextTests",
            dependencies: ["PrometheusText", .product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ModelHubTests",
            dependencies: [
                "CDigest", "Eventually", "ModelHub", "Serving", "Transfers",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ClientTests",
            dependencies: ["CaptionClient", "Eventually", "Images", "ModelContext", "SeededRandom", "Transfers"],
            swiftSettings: swiftSettings),
        .testTarget(name: "HouseTests", swiftSettings: swiftSettings),
    ],
    cLanguageStandard: .gnu2x
)

// What ./test.sh sanitize looks at: the libraries that need neither HTTP nor the network, built in minutes.
if Context.environment["VISION_LIBRARIES_ONLY"] != nil {
    let libraries: Set = [
        "CDigest", "CKernels", "CImageCodecs", "CPixels", "Tensors", "RawPreviews", "Images", "JSONScanning", "Serving",
        "Florence2", "Captioning", "Eventually", "FakeEngine", "SeededRandom", "TensorsTests", "ImagesTests",
        "RawPreviewsTests", "JSONScanningTests", "ServingTests", "Florence2Tests", "CaptioningTests",
    ]
    package.products = []
    package.targets.removeAll { !libraries.contains($0.name) }
}
