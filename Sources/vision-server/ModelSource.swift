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

    /// - Parameter revision: Of a model on the hub; `nil`: what its name says, or else `main`.
    init(_ model: String, revision: String?, environment: [String: String]) throws {
        let isDemo = Self.isDemo(model)
        let isThere = FileManager.default.fileExists(atPath: model)
        guard isDemo || isThere || Self.isPath(model) else {
            self = try Self.onHub(model, revision, environment)
            return
        }
        guard revision == nil else {
            throw ValidationError(
                "--revision (VISION_SERVER_REVISION) is for a model on the hub, and --model (VISION_SERVER_MODEL) is "
                    + "\"\(model)\": leave one of them out.")
        }
        self = .files(isDemo ? DemoModel.files : try .directory(model))
    }

    /// What is complete in the cache is used as it is, without the network.
    private static func onHub(
        _ model: String, _ revision: String?, _ environment: [String: String]
    ) throws -> ModelSource {
        let repository: ModelRepository
        do {
            repository = try ModelRepository(model, revision: revision)
        } catch ModelHubError.invalidName(_, let reason) {
            throw ValidationError(
                "--model (VISION_SERVER_MODEL) is \"\(model)\": there is no such directory, and as a name on the hub it "
                    + "cannot be: \(reason).\(hint(for: model))")
        } catch {
            throw ValidationError("--revision (VISION_SERVER_REVISION), or what follows @: \(error)")
        }
        let hub = try HubConfiguration(environment: environment)
        guard let folder = HubCache(folder: hub.cacheFolder).snapshot(of: repository) else {
            return .hub(repository, hub)
        }
        return .cached(try .directory(folder, name: repository.id), repository, hub)
    }

    /// Whether `model` is the one that is built in.
    static func isDemo(_ model: String) -> Bool { model == "demo" || model == "demo/" }

    /// What the name of a model may have been meant to be, as the end of a sentence.
    static func hint(for name: String) -> String {
        let words = ModelRepository.shortNames.keys + ["demo"]
        return Spelling.nearest(to: name.lowercased(), among: words).map { " Did you mean \"\($0)\"?" } ?? ""
    }

    /// What no name on the hub looks like: then the mistake is in the path.
    private static func isPath(_ model: String) -> Bool {
        let name = model.prefix { $0 != "@" }
        if ["/", ".", "~"].contains(where: name.hasPrefix) { return true }
        if [".safetensors", ".gguf", ".ckpt", ".bin"].contains(where: name.hasSuffix) { return true }
        return name.split(separator: "/").count > 2 && !ModelRepository.isAddress(model)
    }

    /// The files that are on this machine.
    var files: ModelFiles? {
        switch self {
        case .files(let files), .cached(let files, _, _): files
        case .hub: nil
        }
    }
}
