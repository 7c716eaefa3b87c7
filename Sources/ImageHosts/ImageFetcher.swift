import Transfers

/// Fetches images from hosts that the operator has named, and from nowhere else.
///
/// An address is a way to have this server reach into networks that its clients cannot reach. So the host must be named,
/// its addresses must be public, the address that was looked at is the one that is dialled, and no redirect is followed.
package struct ImageFetcher: Sendable {
    private let hosts: [ImageHost]
    private let authorities: String?
    private let limits: Limits
    private let resolve: Resolve
    private let isAllowed: @Sendable (NetworkAddress) -> Bool
    private let client = HTTPClient()
    private let room: FetchRoom

    /// Finds the addresses of a name within a time.
    package typealias Resolve = @Sendable (_ name: String, _ limit: Duration) async throws -> [NetworkAddress]

    package struct Limits: Sendable {
        /// For an image, from the question for its host's address to its last byte.
        package var time = Duration.seconds(10)
        /// The most bytes that all requests hold for which images are being fetched.
        package var bytes = 256 << 20

        package init() {}
    }

    /// - Parameters:
    ///   - authorities: A file or a folder with the certificates that vouch for hosts; `nil`: the system's.
    ///   - resolve: Asks the system where it is `nil`; a test may know better.
    ///   - isAllowed: Which addresses may be dialled; a test may allow this machine.
    package init(
        hosts: [ImageHost], authorities: String?, limits: Limits = .init(),
        resolve: Resolve? = nil,
        isAllowed: @escaping @Sendable (NetworkAddress) -> Bool = { $0.isPublic }
    ) {
        self.hosts = hosts
        self.authorities = authorities
        self.limits = limits
        room = FetchRoom(limit: limits.bytes)
        let names = NameService()
        self.resolve = resolve ?? { try await names.addresses(of: $0, within: $1) }
        self.isAllowed = isAllowed
    }

    /// Whether an address may be asked, as far as it tells.
    ///
    /// - Throws: `ImageFetchError`.
    package func check(_ address: String) throws(ImageFetchError) -> ImageURL {
        try ImageURL(address, hosts: hosts)
    }

    /// What a request holds while its images are fetched; nothing yet.
    package func share() -> FetchShare { FetchShare(room) }

    /// The image file at an address.
    ///
    /// - Parameters:
    ///   - limit: The most bytes that it may have.
    ///   - share: Holds them then.
    /// - Throws: `ImageFetchError`; `CancellationError`.
    package func fetch(_ url: ImageURL, upTo limit: Int, _ share: FetchShare) async throws -> [UInt8] {
        let end = ContinuousClock.now + limits.time
        let addresses = try await resolve(url.host.name, limits.time)
        guard !addresses.isEmpty else { throw ImageFetchError.unknownHost(url.host.name) }
        // A name with addresses of both kinds is meant to deceive.
        guard addresses.allSatisfy(isAllowed) else { throw ImageFetchError.closedNetwork(url.host.name) }
        var failure: any Error = ImageFetchError.timeout(url.host.name)
        for address in addresses.prefix(3) {
            let left = end - .now
            guard left > .zero else { break }
            do {
                return try await fetch(url, from: address, within: left, upTo: limit, share)
            } catch let error as TransferError {
                failure = ImageFetchError(error, host: url.host.name, limit: limit)
                switch error {
                case .notConnected, .connectTimeout: continue
                default: throw failure
                }
            }
        }
        throw failure
    }

    private func fetch(
        _ url: ImageURL, from address: NetworkAddress, within time: Duration, upTo limit: Int, _ share: FetchShare
    ) async throws -> [UInt8] {
        var request = TransferRequest(.get, url.text)
        request.headers.add(name: "Accept", value: "image/*, */*;q=0.5")
        request.headers.add(name: "User-Agent", value: "florence2-visionapi")
        request.address = address.text
        request.authorities = authorities
        request.timeout = time
        let answer = try await client.send(request)
        let host = url.host.name
        guard !(300..<400).contains(answer.status) else { throw ImageFetchError.redirect(host) }
        guard answer.status == 200 else { throw ImageFetchError.status(host, answer.status) }
        if let length = answer.headers.first(name: "Content-Length").flatMap({ Int($0) }), length > limit {
            throw ImageFetchError.tooLarge(limit: limit)
        }
        var bytes: [UInt8] = []
        for try await part in answer.body {
            guard part.count <= limit - bytes.count else { throw ImageFetchError.tooLarge(limit: limit) }
            try share.add(part.count)
            bytes += part
        }
        return bytes
    }
}

extension ImageFetchError {
    fileprivate init(_ error: TransferError, host: String, limit: Int) {
        self =
            switch error {
            case .timeout, .connectTimeout, .idle: .timeout(host)
            case .tooLong: .tooLarge(limit: limit)
            case .certificate: .failed(host, reason: "nobody that is trusted vouches for its certificate")
            case .authorities: .failed(host, reason: "the file with trusted certificates cannot be read")
            case .encryption, .notHTTP: .failed(host, reason: "it does not speak HTTPS there")
            case .closed, .keptClosed: .failed(host, reason: "the connection was closed in the middle")
            case .notConnected: .failed(host, reason: "no connection came about")
            case .noResources: .busy
            case .unknownHost, .unknownProxy, .proxy, .body, .other: .failed(host, reason: "the transfer failed")
            }
    }
}
