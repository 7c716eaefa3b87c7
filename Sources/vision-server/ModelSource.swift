import ArgumentParser
import Florence2
import Foundation

/// Where a model comes from, as `--model` says it.
enum ModelSource {
    case demo
    case directory(String)
    /// A name on the Hugging Face hub.
    case hub(String)

    init(_ model: String) {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: model, isDirectory: &isDirectory)
        if model == "demo" {
            self = .demo
        } else if exists && isDirectory.boolValue || !Self.isHubName(model) {
            self = .directory(model)
        } else {
            self = .hub(model)
        }
    }

    func files() throws -> ModelFiles {
        switch self {
        case .demo: return DemoModel.files
        case .directory(let path): return try .directory(path)
        case .hub(let name):
            throw ValidationError(
                """
                This version does not download models, so it has no \(name). Use --model demo for the built-in one, \
                or fetch the files (hf download \(name) --local-dir DIR) and use --model DIR.
                """)
        }
    }

    /// `owner/name`; everything else can only be a path.
    private static func isHubName(_ model: String) -> Bool {
        let parts = model.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { $0.first?.isLetter == true || $0.first?.isNumber == true }
    }
}
