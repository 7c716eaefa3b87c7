import NIOHTTP1

extension HTTPRequestHead {
    /// HTTP/1.1 names the host exactly once, HTTP/1.0 at most once: of two, each side could follow another one.
    var namesOneHost: Bool {
        let count = headers["host"].count
        return count == 1 || count == 0 && isOld
    }

    fileprivate var isOld: Bool { version.major == 1 && version.minor == 0 }
}

extension ConnectionState.Head {
    init(_ head: HTTPRequestHead) {
        let isChunked = head.headers.contains(name: "transfer-encoding")
        let upgrades = head.headers.contains(name: "upgrade") && head.headers.names("upgrade", in: "connection")
        self.init(
            isOld: head.isOld,
            length: isChunked ? nil : head.headers["content-length"].first.flatMap(Int.init) ?? 0,
            expectsContinue: head.headers["expect"].contains { $0.lowercased() == "100-continue" },
            // What follows a request for another protocol is not parsed.
            isLast: !head.isKeepAlive || upgrades || head.method == .CONNECT)
    }
}

extension HTTPHeaders {
    var saysClose: Bool { names("close", in: "connection") }

    /// Whether the list in a header has a word.
    fileprivate func names(_ word: String, in name: String) -> Bool {
        self[canonicalForm: name].contains { $0.lowercased() == word }
    }
}
