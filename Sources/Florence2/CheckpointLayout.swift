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

    /// The layout of a checkpoint that has these tensor names; nil where it is no Florence-2.
    init?(names: some Collection<String>) {
        if names.contains("model.vision_tower.convs.0.conv.weight") {
            self = .native
        } else if names.contains("vision_tower.convs.0.proj.weight") {
            self = .original
        } else {
            return nil
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
