import ArgumentParser
import CaptionClient
import Foundation

/// Which server is asked.
struct ServerOptions: ParsableArguments {
    @Option(help: "Address of the server. (default: VISION_HOST, or http://localhost:54880)")
    var server: String?

    /// Lends the server to `body`; what stops it is one sentence on stderr, and exit code 1.
    func withServer(_ body: (RemoteServer) async throws -> Void) async throws {
        try await withServers(server.map { [$0] } ?? []) { try await body($0[0]) }
    }
}

/// Lends the servers of these addresses, or of the one in `VISION_HOST`, to `body`.
func withServers(_ addresses: [String], _ body: ([RemoteServer]) async throws -> Void) async throws {
    var servers: [RemoteServer] = []
    let result: Result<Void, any Error>
    do {
        let environment = ProcessInfo.processInfo.environment
        let settings = try RemoteServer.Settings(environment: environment)
        for address in try serverAddresses(addresses, environment) {
            servers.append(try RemoteServer(address, settings: settings))
        }
        result = .success(try await body(servers))
    } catch {
        result = .failure(error)
    }
    for server in servers { await server.close() }
    do {
        try result.get()
    } catch let error as ClientError {
        Terminal(environment: [:]).write(Terminal.visible("\(error)") + "\n")
        throw ExitCode.failure
    }
}

/// The servers, each once.
private func serverAddresses(_ given: [String], _ environment: [String: String]) throws -> [ServerAddress] {
    let host = environment["VISION_HOST"].flatMap { $0.isEmpty ? nil : $0 }
    let texts = given.isEmpty ? [host ?? ServerAddress.standard] : given
    return try texts.reduce(into: []) { addresses, text in
        let address = try ServerAddress(text)
        if !addresses.contains(address) { addresses.append(address) }
    }
}
