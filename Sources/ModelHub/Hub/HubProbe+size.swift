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
