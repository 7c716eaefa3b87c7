import CaptionClient
import Eventually
import Foundation
import Synchronization
import Testing

@Suite("vision-client on a terminal")
struct TerminalTests {
    /// A terminal of 100 columns that nobody looks at.
    private final class PseudoTerminal: Sendable {
        private let master: Int32
        private let text = Mutex("")
        let screen: FileHandle

        init() throws {
            // What unlockpt and ptsname do, which Swift does not import: TIOCSPTLCK and TIOCGPTN.
            master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            var (lock, number): (Int32, UInt32) = (0, 0)
            try #require(master >= 0 && ioctl(master, 0x4004_5431, &lock) == 0)
            try #require(ioctl(master, 0x8004_5430, &number) == 0)
            let name = "/dev/pts/\(number)"
            let slave = open(name, O_RDWR | O_NOCTTY)
            try #require(slave >= 0)
            var size = winsize(ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
            try #require(ioctl(slave, UInt(TIOCSWINSZ), &size) == 0)
            screen = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
            Thread.detachNewThread { [weak self, master] in
                var buffer = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = read(master, &buffer, buffer.count)
                    guard count > 0 else { break }
                    let piece = String(decoding: buffer[..<count], as: UTF8.self)
                    self?.text.withLock { $0 += piece }
                }
                close(master)
            }
        }

        /// Everything that was written to it.
        var written: String { text.withLock { $0 } }
    }

    @Test("there is a bar below the captions as they come, and nothing of it is left at the end")
    func bar() async throws {
        let album = try Album("a.jpg", "b.jpg")
        let latch = Latch()
        let server = try ScriptedServer { request in
            if request.number > 1 { latch.pass() }
            return .result("of \(request.image)")
        }
        let terminal = try PseudoTerminal()
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path, "--jobs", "1"],
            environment: ["VISION_HOST": server.address, "TERM": "xterm"], errors: terminal.screen)
        try await eventually { terminal.written.contains("] 1 of 2, ") }
        let eraser = "\r\u{1B}[K"
        #expect(terminal.written.contains(eraser + "1/2 a.jpg: of a.jpg\r\n"))
        #expect(
            terminal.written.contains("\r[" + String(repeating: "#", count: 20) + String(repeating: "-", count: 20)))
        latch.open()
        #expect(client.finish().status == 0)
        try await eventually { terminal.written.hasSuffix(eraser + "Captioned 2 pictures.\r\n") }
    }

    @Test("what is waited for stands where the bar is")
    func wait() async throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { request in
            request.number == 1 ? .busy("The model is being downloaded: 120 of 3290 MB.") : .result("a")
        }
        let terminal = try PseudoTerminal()
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path], environment: ["VISION_HOST": server.address, "TERM": "xterm"],
            errors: terminal.screen)
        try await eventually { terminal.written.contains("\r0/1, The model is being downloaded: 120 of 3290 MB.") }
        #expect(client.finish().status == 0)
        #expect(!terminal.written.contains("MB.\r\n"))
    }

    @Test("a dumb terminal gets plain lines")
    func dumb() async throws {
        let album = try Album("a.jpg")
        let server = try ScriptedServer { _ in .result("x") }
        let terminal = try PseudoTerminal()
        let client = try Client(
            ["folder", "CAPTION", "txt", album.path], environment: ["VISION_HOST": server.address, "TERM": "dumb"],
            errors: terminal.screen)
        #expect(client.finish().status == 0)
        try await eventually { terminal.written == "1/1 a.jpg: x\r\nCaptioned 1 picture.\r\n" }
    }

    @Test("names and captions cannot steer the terminal")
    func visible() {
        #expect(Terminal.visible("a\u{1B}[2Jb\nc\td\u{202E}e\u{7}ä😀") == "a?[2Jb c d?e?ä😀")
    }
}
