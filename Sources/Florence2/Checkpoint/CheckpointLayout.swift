import Tensors

/// The two ways in which Florence-2 checkpoints name their tensors.
///
/// Layers know a tensor by its name in transformers' own implementation, without the leading `model.`; this is the one
/// place that knows what a file calls it.
enum CheckpointLayout: String, Sendable {
    /// transformers' own implementation (florence-community/*).
    case native
    /// The code that Microsoft published with the weights (microsoft/*, MiaoshouAI/*PromptGen*, most fine-tunes).
    case original

    /// The layout of a checkpoint that has these tensor names, `model.` before all of them or none; nil where it is no
    /// Florence-2.
    init?(names: Set<String>) {
        let first = "vision_tower.convs.0."
        if names.contains("model.\(first)conv.weight") || names.contains(first + "conv.weight") {
            self = .native
        } else if names.contains(first + "proj.weight") || names.contains("model.\(first)proj.weight") {
            self = .original
        } else {
            return nil
        }
    }

    /// A tensor's name with `model.` before it where this layout has that, and without where not: what was saved as a
    /// part of something else, or without its head, has it the other way.
    func ownName(_ name: String) -> String {
        switch self {
        case .native: name == "lm_head.weight" || name.hasPrefix("model.") ? name : "model." + name
        case .original: name.hasPrefix("model.") ? String(name.dropFirst("model.".count)) : name
        }
    }

    /// What this layout calls the tensor `name` of the model.
    func storedName(_ name: String) -> StoredName {
        switch self {
        case .native: StoredName(name == "lm_head.weight" ? name : "model." + name)
        case .original: Self.originalName(name)
        }
    }

    private static func originalName(_ name: String) -> StoredName {
        let (scope, rest) = split(name)
        switch scope {
        case "lm_head": return StoredName("language_model." + name)
        case "language_model" where rest == "final_logits_bias": return StoredName(name)
        case "language_model": return StoredName("language_model.model." + rest)
        case "multi_modal_projector" where rest == "image_projection.weight":
            return StoredName("image_projection", isTransposed: true)
        case "multi_modal_projector":
            return StoredName(renamed(rest, [("image_position_embed.", "image_pos_embed.")]))
        default: return StoredName(originalVisionName(name))
        }
    }

    private static func originalVisionName(_ name: String) -> String {
        if name.hasPrefix("vision_tower.convs.") { return renamed(name, [(".conv.", ".proj.")]) }
        let attention = name.contains("spatial_block") ? "window_attn" : "channel_attn"
        return renamed(
            name,
            [
                (".conv1.", ".conv1.fn.dw."), (".conv2.", ".conv2.fn.dw."), (".ffn.", ".ffn.fn.net."),
                (".norm1.", ".\(attention).norm."), (".norm2.", ".ffn.norm."), (".\(attention).", ".\(attention).fn."),
            ])
    }

    private static func split(_ name: String) -> (scope: String, rest: String) {
        guard let dot = name.firstIndex(of: ".") else { return (name, "") }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }

    /// Replaces by the first rule whose left side occurs in the name.
    private static func renamed(_ name: String, _ rules: [(from: String, to: String)]) -> String {
        for rule in rules {
            guard let range = name.firstRange(of: rule.from) else { continue }
            return name.replacingCharacters(in: range, with: rule.to)
        }
        return name
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with replacement: String) -> String {
        String(self[..<range.lowerBound]) + replacement + String(self[range.upperBound...])
    }
}
