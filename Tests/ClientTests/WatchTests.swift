import CaptionClient
import Eventually
import Foundation
import Synchronization
import Testing

@Suite("vision-client folder --watch")
struct WatchTests {
    private func watch(_ album: Album, _ server: ScriptedServer, _ options: [String] = []) throws -> Client {
        let arguments = ["folder", "CAPTION", "txt", album.path, "--watch"]
        let interval = options.contains("--watch-interval") ? [] : ["--watch-interval", "0.05"]
        return try Client(arguments + interval + options, environment: ["VISION_HOST": server.address])
    }

    @Test("images that come later are captioned, in new folders too; Ctrl-C ends the watch with exit code 0")
    func newImages() async throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { .result("of \($0.image)") }
        let client = try watch(album, server)
        try await eventually { album.text("a.txt") != nil }
        try album.add("new/b.jpg")
        try await eventually { album.text("new/b.txt") != nil }
        try album.add("c.jpg")
        try await eventually { album.text("c.txt") != nil }
        client.send(SIGINT)
        let run = client.finish()
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("Captioned 3 pictures.\n"))
        #expect(Set(server.images) == ["a.jpg", "new/b.jpg", "c.jpg"])
        #expect(server.images.count == 3)
    }

    @Test("a watch that has no work lets others in, and two of them do nothing twice")
    func others() async throws {
        let (album, latch) = (try Album("a.jpg"), Latch())
        let server = try ScriptedServer { request in
            if request.image == "b.jpg" { latch.pass() }
            return .result("of \(request.image)")
        }
        let watches = [try watch(album, server)]
        try await eventually { album.text("a.txt") != nil }
        let run = try Client.run(["folder", "CAPTION", "other", album.path], server: server)
        #expect(run.status == 0 && album.text("a.other") == "of a.jpg\n", "\(run.errors)")
        let both = watches + [try watch(album, server)]
        // The answer is held back, so that the one that has asked is at work when the other one sees the picture.
        try album.add("b.jpg")
        try await eventually { both.contains { $0.errors.contains("Another vision-client is at work in ") } }
        latch.open()
        try await eventually { album.text("b.txt") != nil }
        for watch in both {
            watch.send(SIGINT)
            #expect(watch.finish().status == 0)
        }
        #expect(server.images.count { $0 == "b.jpg" } == 1)
    }

    @Test("an image that is still being written is left until it is whole")
    func growing() async throws {
        let album = try Album("first.jpg")
        let server = try ScriptedServer { .result("\($0.image.utf8.count) bytes") }
        // A look every second, so that a busy machine does not make a writer look as if it had ended.
        let client = try watch(album, server, ["--watch-interval", "1"])
        try await eventually { album.text("first.txt") != nil }
        let writer = try Writer(album.path("growing.jpg"))
        // That an image which came later has its caption shows that the growing one was looked at, too.
        try album.add("other.jpg")
        try await eventually { album.text("other.txt") != nil }
        #expect(album.text("growing.txt") == nil)
        let size = writer.finish()
        try await eventually { album.text("growing.txt") != nil }
        client.send(SIGTERM)
        #expect(client.finish().status == 0)
        #expect(album.text("growing.txt") == "\(size) bytes\n")
        #expect(server.requests.count == 3)
    }

    /// Writes to a file without a pause, on a thread of its own.
    private final class Writer: Sendable {
        private let isDone = Atomic(false)
        private let size = Mutex(0)
        private let ended = Latch()

        init(_ path: String) throws {
            try Data().write(to: URL(filePath: path))
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            Thread.detachNewThread { [self] in
                repeat {
                    // The same bytes again and again: the file's time changes, its size stays small.
                    let count = size.withLock { size in
                        size = size % 1000 + 1
                        return size
                    }
                    try? file.truncate(atOffset: 0)
                    try? file.write(contentsOf: Data(repeating: UInt8(ascii: "x"), count: count))
                } while !isDone.load(ordering: .relaxed)
                try? file.close()
                ended.open()
            }
        }

        /// Ends the writing; answers the file's size.
        func finish() -> Int {
            isDone.store(true, ordering: .relaxed)
            ended.pass()
            return size.withLock { $0 }
        }
    }

    @Test(
        "what could not be seen for a while is not captioned again when it is back, and that it was not seen is told",
        .enabled(if: Client.heedingPermissions != nil, "root cannot be stopped here"))
    func outOfSight() async throws {
        let album = try Album("sub/a.jpg")
        let server = try ScriptedServer { .result("of \($0.image)") }
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--overwrite", "--watch", "--watch-interval", "0.05"],
            environment: ["VISION_HOST": server.address], wrapper: Client.heedingPermissions ?? [])
        try await eventually { album.text("sub/a.txt") != nil }
        try album.permit(0, "sub")
        defer { try? album.permit(0o755, "sub") }
        try await eventually { client.errors.contains("sub failed: The folder cannot be read: permission denied.") }
        try album.add("b.jpg")
        try await eventually { album.text("b.txt") != nil }
        try album.permit(0o755, "sub")
        // An image beside it that is captioned shows that the folder was looked at again, twice.
        try album.add("sub/c.jpg")
        try await eventually { album.text("sub/c.txt") != nil }
        client.send(SIGINT)
        #expect(client.finish().errors.hasSuffix("Captioned 3 pictures, 1 failed.\n"))
        #expect(server.images.sorted() == ["b.jpg", "sub/a.jpg", "sub/c.jpg"])
    }

    @Test("an image that failed is tried again when it changes, and then counts as captioned")
    func changed() async throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { request in
            request.image == "whole" ? .result("fine") : .status(400, #"{"detail":"The file is cut off."}"#)
        }
        let client = try watch(album, server, ["--failures", album.path("f.jsonl")])
        try await eventually { album.text("f.jsonl")?.contains("cut off") ?? false }
        try album.add("a.jpg", Data("whole".utf8))
        try await eventually { album.text("a.txt") != nil }
        client.send(SIGINT)
        let run = client.finish()
        #expect(run.status == 0)
        #expect(run.errors.hasSuffix("Captioned 1 picture.\n"), "\(run.errors)")
        #expect(album.text("f.jsonl") == "")
        #expect(server.requests.count == 2)
    }
}

@Suite("StableFiles")
struct StableFilesTests {
    private let image = Image(name: "a.jpg", file: ImageFile(path: "/a.jpg"))

    private func stamp(_ size: Int, at seconds: Int = 0) -> ImageFile.Stamp {
        .init(size: size, modified: .seconds(seconds))
    }

    @Test("a file counts once, when two looks in a row found it the same")
    func twoLooks() {
        var files = StableFiles()
        #expect(files.look([image: stamp(1)]) == [])
        #expect(files.look([image: stamp(2)]) == [])
        #expect(files.look([image: stamp(2, at: 1)]) == [])
        #expect(files.look([image: stamp(2, at: 1)]) == [image])
        #expect(files.look([image: stamp(2, at: 1)]) == [])
    }

    @Test("a file that a look could not see is still known afterwards")
    func outOfSight() {
        var files = StableFiles()
        files.settle(image, stamp(1))
        for _ in 0..<2 { #expect(files.look([:], forgets: false) == []) }
        for _ in 0..<3 { #expect(files.look([image: stamp(1)]) == []) }
    }

    @Test("a file that changes, or goes and comes back, counts again")
    func changes() {
        var files = StableFiles()
        files.settle(image, stamp(1))
        #expect(files.look([image: stamp(1)]) == [])
        #expect(files.look([image: stamp(1)]) == [])
        #expect(files.look([image: stamp(3)]) == [])
        #expect(files.look([image: stamp(3)]) == [image])
        #expect(files.look([:]) == [])
        #expect(files.look([image: stamp(3)]) == [])
        #expect(files.look([image: stamp(3)]) == [image])
    }
}
