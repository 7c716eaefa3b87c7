import ArgumentParser
import Florence2
import Foundation
import Logging
import ModelHub

/// Where a model comes from, as `--model` says it.
enum ModelSource {
    /// Its files are on this machine.
    case files(ModelFiles)
    /// They are in the hub's cache, complete.
    case cached(ModelFiles, ModelRepository, HubConfiguration)
    /// They have to be fetched from the hub.
    case hub(ModelRepository, HubConfiguration)

    init(_ model: String, environment: [String: String]) throws {
        if model == "demo" {
            self = .files(DemoModel.files)
        } else if Self.isDirectory(model) || Self.isPath(model) {
            self = .files(try .directory(model))
        } else {
            self = try Self.onHub(model, environment)
        }
    }

    /// What is complete in the cache is used as it is, without the network.
    private static func onHub(_ model: String, _ environment: [String: String]) throws -> ModelSource {
        let repository: ModelRepository
        do {
            repository = try ModelRepository(model)
        } catch {
            throw ValidationError(
                "--model (VISION_SERVER_MODEL) is \"\(model)\": there is no such directory, and as a name on the hub it "
                    + "cannot be: \(error)")
        }
        let hub = try HubConfiguration(environment: environment)
        guard let folder = HubCache(folder: hub.cacheFolder).snapshot(of: repository) else {
            return .hub(repository, hub)
        }
        return .cached(try .directory(folder, name: repository.id), repository, hub)
    }

    /// What no name on the hub looks like: then the mistake is in the path.
    private static func isPath(_ model: String) -> Bool {
        ["/", ".", "~"].contains { model.hasPrefix($0) } || model.hasSuffix("/")
            || model.split(separator: "/").count > 2
    }

    /// The files that are on this machine.
    var files: ModelFiles? {
        switch self {
        case .files(let files), .cached(let files, _, _): files
        case .hub: nil
        }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }
}
