import Foundation
import Transfers

/// Asks the hub once whether it is there and what it thinks of the token.
public enum HubProbe {
    public enum Finding: Sendable, Equatable {
        /// HF_HUB_OFFLINE forbids to ask.
        case offline
        case reachable(Token)
        /// In words, without the token.
        case unreachable(reason: String)
    }

    public enum Token: Sendable, Equatable { case none, accepted, refused }

    /// Waits no longer than for any question to the hub (HF_HUB_ETAG_TIMEOUT, 10 s).
    public static func run(_ configuration: HubConfiguration) async -> Finding {
        guard !configuration.isOffline else { return .offline }
        let transport = HubTransport(configuration: configuration, readTimeout: configuration.metadataTimeout)
        let finding = await ask(configuration, transport)
        await transport.shutdown()
        return finding
    }

    private static func ask(_ configuration: HubConfiguration, _ transport: HubTransport) async -> Finding {
        do {
            let answer = try await transport.send(.get, configuration.endpoint.account())
            guard configuration.hasToken else { return .reachable(.none) }
            switch answer.status {
            case 200: return .reachable(.accepted)
            case 401, 403: return .reachable(.refused)
            default: return .unreachable(reason: "it answers \(answer.status)")
            }
        } catch let error as TemporaryFailure {
            return .unreachable(reason: error.reason)
        } catch let error as ModelHubError {
            return .unreachable(reason: error.description)
        } catch {
            return .unreachable(reason: "the question was interrupted")
        }
    }
}

extension HubProbe {
    /// Bytes that a download of the model brings; `nil` where the hub does not tell.
    public static func size(of repository: ModelRepository, _ configuration: HubConfiguration) async -> Int? {
        guard !configuration.isOffline else { return nil }
        let hub = HubClient(configuration: configuration, repository: repository)
        let listing = try? await hub.listing()
        await hub.shutdown()
        guard let listing, let needed = try? NeededFiles(among: listing.names, of: repository) else { return nil }
        let shards = listing.names.filter { $0.hasSuffix(".safetensors") }
        let sizes = (needed.small + (needed.isSharded ? Array(shards) : [NeededFiles.weights])).map {
            listing.file($0).size
        }
        let known = sizes.compactMap(\.self)
        return known.count == sizes.count ? saturatingSum(known) : nil
    }
}
