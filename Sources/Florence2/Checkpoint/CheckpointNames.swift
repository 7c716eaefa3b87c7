import Tensors

/// What a checkpoint calls the model's tensors: by one of the two layouts, perhaps with names of training tools before
/// its own.
struct CheckpointNames: Sendable {
    let layout: CheckpointLayout
    /// The stored name by the layout's own, where they differ.
    private let stored: [String: String]

    /// What PyTorch's parallel training, its compiler and PEFT put before a tensor's name.
    private static let wrappers = ["module.", "_orig_mod.", "base_model.model."]

    /// - Throws: `ModelError` where the names are not those of a Florence-2; `file` is what the sentence names.
    init(_ names: Set<String>, file: String) throws(ModelError) {
        if let part = names.filter(Self.isAdapters).min() {
            throw .invalidFile(
                file,
                reason: "it holds an adapter that has not been merged into its model (\(part)); load it with PEFT in "
                    + "Python, call merge_and_unload() and save the result")
        }
        let bare = names.map { (stored: $0, bare: Self.unwrapped($0)) }
        guard let layout = CheckpointLayout(names: Set(bare.map(\.bare))) else {
            throw .invalidFile(
                file, reason: "it has no vision tower: it is no Florence-2 checkpoint" + Self.sample(names))
        }
        self.layout = layout
        var stored: [String: String] = [:]
        for entry in bare.sorted(by: { $0.stored < $1.stored }) {
            let own = layout.ownName(entry.bare)
            // What is called right already wins over what has to be renamed.
            if own == entry.stored { stored[own] = nil } else if !names.contains(own) { stored[own] = entry.stored }
        }
        self.stored = stored
    }

    /// What the checkpoint calls the tensor `name` of the model.
    @Sendable func storedName(_ name: String) -> StoredName {
        let own = layout.storedName(name)
        guard let found = stored[own.name] else { return own }
        return StoredName(found, isTransposed: own.isTransposed)
    }

    private static func unwrapped(_ name: String) -> String {
        var rest = name[...]
        while let wrapper = wrappers.first(where: rest.hasPrefix) { rest = rest.dropFirst(wrapper.count) }
        // A part of the model may have been compiled by itself.
        return String(rest.replacing("._orig_mod.", with: "."))
    }

    private static func isAdapters(_ name: String) -> Bool {
        [".lora_", ".base_layer.", ".lokr_", ".loha_"].contains { name.contains($0) }
    }

    private static func sample(_ names: Set<String>) -> String {
        guard let first = names.min() else { return "" }
        return " (its tensors are called like \(first.prefix(100)))"
    }
}
