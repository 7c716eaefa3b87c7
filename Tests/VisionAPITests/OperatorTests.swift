import Eventually
import Foundation
import HTTPDoor
import NIOCore
import Testing
import VisionAPI

@Suite("What an operator is told", .serialized)
struct OperatorTests {
    /// No word of a programmer's.
    private func expectPlain(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        for word in [
            "SocketAddressError", "NSCocoaErrorDomain", "NSPOSIXErrorDomain", "NIO", "HTTPClientError", "errno",
            "Error(", "Optional(", "Fatal error", "IOError", "error set",
        ] {
            #expect(!text.contains(word), "\(text)", sourceLocation: sourceLocation)
        }
    }

    @Test("an address that is none is told in words", arguments: ["nosuch", "999.1.1.1", "::x", "a b"])
    func host(name: String) throws {
        let run = try Program.run(["--model", "demo", "--port", "0", "--host", name])
        #expect(run.status == 1)
        #expect(run.errors.contains("The address \(name) is not known here. Choose another --host"), "\(run.errors)")
        expectPlain(run.errors)
        let doctor = try Program.run(["doctor", "--model", "demo", "--port", "0", "--host", name])
        #expect(doctor.output.contains("WRONG  port       the address \(name) is not known here"), "\(doctor.output)")
    }

    @Test(
        "so is every other reason why a port cannot be listened to",
        arguments: [
            (
                EADDRINUSE,
                "Another program listens to 127.0.0.1:80. Stop it, or choose another --port."
            ),
            (EACCES, "This user may not listen to 127.0.0.1:80. Choose a --port above 1023."),
            (EADDRNOTAVAIL, "This machine has no address 127.0.0.1. Choose another --host."),
            (EAFNOSUPPORT, "127.0.0.1:80 cannot be listened to: "),
        ])
    func listening(code: Int32, words: String) throws {
        let error = try #require(
            ListenError(
                IOError(errnoCode: code, reason: "bind"),
                configuration: DoorConfiguration(host: "127.0.0.1", ports: [80])))
        #expect(error.description.hasPrefix(words))
        expectPlain(error.description)
    }

    @Test(
        "a hub that cannot be asked is told in words, in every command",
        arguments: [
            ("http://127.0.0.1:1", "nobody answers there (connection refused)"),
            ("http://nosuch.invalid", "the address of nosuch.invalid cannot be found"),
        ])
    func hub(address: String, words: String) async throws {
        let environment = ["HF_ENDPOINT": address, "HF_HUB_CACHE": "/nonexistent", "NO_PROXY": "*"]
        let doctor = try Program.run(["doctor", "--model", "owner/name", "--port", "0"], environment: environment)
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("cannot be asked for the missing model: \(words)"), "\(doctor.output)")
        expectPlain(doctor.output + doctor.errors)
    }

    @Test(
        "so is one that speaks another language",
        arguments: [
            ("http", "what answers there speaks no HTTP"), ("https", "the encrypted connection could not be made"),
        ])
    func foreignHub(scheme: String, words: String) throws {
        let listener = try LoopbackListener(answer: "220 mail.example ESMTP\r\n")
        let doctor = try Program.run(
            ["doctor", "--model", "owner/name", "--port", "0"],
            environment: [
                "HF_ENDPOINT": "\(scheme)://127.0.0.1:\(listener.port)", "HF_HUB_CACHE": "/nonexistent",
                "NO_PROXY": "*",
            ])
        #expect(doctor.output.contains("cannot be asked for the missing model: \(words)"), "\(doctor.output)")
        expectPlain(doctor.output + doctor.errors)
        withExtendedLifetime(listener) {}
    }

    @Test("a full disk under an answer is told in words")
    func fullDisk() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vision-server-disk-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let image = folder.appending(path: "a.png")
        try Demo.image.write(to: image)
        let caption = ["caption", image.path, "--model", "demo"]
        let run = try RunningProgram(caption, output: "/dev/full").finish()
        #expect(run.status == 1)
        #expect(run.errors == "The answer cannot be written: no space left on device.\n")
    }

    @Test(
        "a misspelt variable is a warning that names what was meant, and no refusal",
        arguments: [
            ("VISION_SERVER_PROT", "PORT"), ("VISION_SERVER_API_KEY", "API_KEYS"), ("vision_server_host", "HOST"),
            ("VISION_SERVER_MAXQUEUED", "MAX_QUEUED"), ("VISION_SERVER_LOGLEVEL", "LOG_LEVEL"),
            ("VISION_SEVER_MODEL", "MODEL"), ("VISION_SERVER_HOSTNAME", "HOST"), ("VISION_SERVER_CORS", "CORS_ORIGIN"),
        ])
    func misspelt(name: String, meant: String) async throws {
        let server = try RunningProgram(["--model", "demo", "--port", "0"], environment: [name: "s3cret"])
        _ = try await server.port()
        let lines = server.errors.split(separator: "\n").filter { $0.contains(" warning ") }
        #expect(lines.count == 1, "\(server.errors)")
        #expect(lines.first?.contains("The variable \(name) ") == true, "\(server.errors)")
        #expect(lines.first?.hasSuffix("did you mean VISION_SERVER_\(meant)?") == true, "\(server.errors)")
        #expect(!server.errors.contains("s3cret"))
    }

    @Test("a variable that is like none says where they stand; those of other programs are nobody's business")
    func unknown() async throws {
        let environment = [
            "VISION_SERVER_XYLOPHONE": "1", "VISION_HOST": "x", "VISION_API_KEY": "x", "VISION_TIMEOUT": "1",
            "VISIONARY": "1",
        ]
        let server = try RunningProgram(["--model", "demo", "--port", "0"], environment: environment)
        _ = try await server.port()
        #expect(server.errors.contains("VISION_SERVER_XYLOPHONE is none of this server's and changes nothing."))
        #expect(server.errors.split(separator: "\n").filter { $0.contains(" warning ") }.count == 1)
    }

    @Test("what Kubernetes puts into a container beside a Service of the same name is passed over")
    func kubernetes() async throws {
        let environment = [
            "VISION_SERVER_PORT": "tcp://10.0.0.1:54880", "VISION_SERVER_SERVICE_HOST": "10.0.0.1",
            "VISION_SERVER_SERVICE_PORT": "54880", "VISION_SERVER_SERVICE_PORT_HTTP": "54880",
            "VISION_SERVER_PORT_54880_TCP": "tcp://10.0.0.1:54880", "VISION_SERVER_PORT_54880_TCP_ADDR": "10.0.0.1",
            "VISION_SERVER_PORT_54880_TCP_PORT": "54880", "VISION_SERVER_PORT_54880_TCP_PROTO": "tcp",
            "VISION_SERVER_TWO_SERVICE_HOST": "10.0.0.2", "VISION_SERVER_TWO_PORT": "tcp://10.0.0.2:54880",
        ]
        let server = try RunningProgram(["--model", "demo", "--port", "0"], environment: environment)
        _ = try await server.port()
        #expect(!server.errors.contains(" warning "), "\(server.errors)")
        // Without --port it is the usual one.
        let doctor = try Program.run(["doctor", "--model", "demo"], environment: environment)
        #expect(doctor.output.contains("127.0.0.1:54880"), "\(doctor.output)")
    }

    @Test("doctor beside the server tells what it is doing, and finds nothing wrong with the port")
    func doctorBesideTheServer() async throws {
        for keys in ["", "secret"] {
            let server = try RunningProgram(
                ["--model", "demo", "--port", "0"], environment: ["VISION_SERVER_API_KEYS": keys])
            let port = try await server.port()
            let doctor = try Program.run(["doctor", "--model", "demo", "--port", "\(port)"])
            let words =
                keys.isEmpty
                ? "vision-server 0.1.0 listens to 127.0.0.1:\(port) already: its model demo is unloaded"
                : "a vision-server listens to 127.0.0.1:\(port) already, and wants a key"
            #expect(doctor.output.contains("ok     port       \(words)\n"), "\(doctor.output)")
            #expect(doctor.status == 0, "\(doctor.output)")
        }
    }

    @Test("doctor shows its key to a server that wants one, and says when that is not one of its own")
    func doctorWithKey() async throws {
        let server = try RunningProgram(
            ["--model", "demo", "--port", "0"], environment: ["VISION_SERVER_API_KEYS": "one,two"])
        let port = try await server.port()
        let arguments = ["doctor", "--model", "demo", "--port", "\(port)"]
        let right = try Program.run(arguments + ["--api-key", "two"])
        #expect(
            right.output.contains(
                "ok     port       vision-server 0.1.0 listens to 127.0.0.1:\(port) already: its model demo is unloaded"
            ),
            "\(right.output)")
        let wrong = try Program.run(arguments, environment: ["VISION_SERVER_API_KEYS": "three"])
        #expect(wrong.status == 1)
        #expect(
            wrong.output.contains("WRONG  port       a vision-server listens to 127.0.0.1:\(port) already, and the key")
        )
        #expect(wrong.output.contains("is not one of its own"), "\(wrong.output)")
    }

    @Test("a server without a key that the network reaches says so, and no other one does")
    func openDoor() async throws {
        for (host, key, isOpen) in [("0.0.0.0", "", true), ("0.0.0.0", "secret", false), ("127.0.0.1", "", false)] {
            let server = try RunningProgram(
                ["--model", "demo", "--port", "0", "--host", host], environment: ["VISION_SERVER_API_KEYS": key])
            try await eventually { server.errors.contains("Serving demo at ") }
            #expect(
                server.errors.contains("may use this server, as it has no key: --api-key") == isOpen, "\(host) \(key)")
        }
    }

    @Test("doctor tells another program from a server, and that port 0 is picked")
    func doctorAtAPort() async throws {
        let listener = try LoopbackListener(answer: "220 mail.example ESMTP\r\n")
        let taken = try Program.run(["doctor", "--model", "demo", "--port", "\(listener.port)"])
        #expect(taken.status == 1)
        #expect(
            taken.output.contains("WRONG  port       another program listens to 127.0.0.1:\(listener.port): stop it"))
        let free = try Program.run(["doctor", "--model", "demo", "--port", "0"])
        #expect(free.status == 0, "\(free.output)")
        #expect(free.output.contains("ok     port       a free one is picked at the start\n"))
    }

    @Test("doctor tells that a model will not fit on the disk, where the hub says how large it is")
    func doctorAndTheDisk() async throws {
        let files = ["config.json": 10, "tokenizer.json": 10, "model.safetensors": 1 << 50].map {
            #"{"rfilename":"\#($0)","size":\#($1)}"#
        }
        let listing = #"{"sha":"\#(String(repeating: "0", count: 40))","siblings":[\#(files.joined(separator: ","))]}"#
        let hub = try LoopbackListener(
            answer: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(listing.utf8.count)\r\n"
                + "Connection: close\r\n\r\n\(listing)")
        let doctor = try Program.run(
            ["doctor", "--model", "owner/name", "--port", "0"],
            environment: [
                "HF_ENDPOINT": "http://127.0.0.1:\(hub.port)", "HF_HUB_CACHE": "/nonexistent", "NO_PROXY": "*",
            ])
        #expect(doctor.status == 1)
        #expect(
            doctor.output.contains("GB free where the models go, the model has 1125899.9 GB: make room"),
            "\(doctor.output)")
    }

    @Test("doctor tells the codecs' versions, and the free disk where the models go")
    func doctorTells() throws {
        let doctor = try Program.run(
            ["doctor", "--model", "demo", "--port", "0"], environment: ["VISION_SERVER_PROT": "1"])
        for pattern in [
            #/ok     codecs .* by libjpeg\S* \d[\d.]*, libpng 1\.\d+\.\d+\S*, libwebp \d+\.\d+\.\d+, giflib \d\.\d\.\d, libtiff \d\.\d+/#,
            #/(?:ok     colours    colour profiles are converted, by lcms2 2\.\d+|note   colours    .*apt-get install liblcms2-2)/#,
            #/ok     disk       \d[\d.]* GB free where the models go/#, #/note   variable   .*VISION_SERVER_PORT\?/#,
        ] {
            #expect(doctor.output.contains(pattern), "\(doctor.output)")
        }
    }
}
