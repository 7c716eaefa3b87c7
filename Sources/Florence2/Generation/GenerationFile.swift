import FoundationEssentials

/// The generation settings that a model's files have: key by key the first source that has a value counts.
struct GenerationFile {
    let sources: [GenerationSettings]
    /// What to call the file in messages.
    let name: String
    /// Settings that are not obeyed, in words.
    let unobeyed: [String]

    /// Of a native checkpoint generation_config.json, and config.json only where that is absent; of an original one
    /// config.json alone, since its language model is built from that.
    init(_ files: ModelFiles, layout: CheckpointLayout) throws(ModelError) {
        if layout == .native, let own = try files.optionalBytes("generation_config.json") {
            try self.init(json: Data(own), name: "generation_config.json")
        } else {
            try self.init(configuration: Data(try files.bytes("config.json")), layout: layout)
        }
    }

    private init(json: Data, name: String) throws(ModelError) {
        let section = try decoded(Section.self, json, file: name)
        sources = [section.settings]
        unobeyed = section.unobeyed
        self.name = name
    }

    /// What stands in text_config; before that, in the native layout, what stands beside it. Lengths are not read there:
    /// each save of a text_config leaves a meaningless 20.
    private init(configuration json: Data, layout: CheckpointLayout) throws(ModelError) {
        let text = try decoded(ConfigurationSections.self, json, file: "config.json").text_config
        let outer = layout == .native ? try decoded(Section.self, json, file: "config.json") : nil
        let sections = [outer, text].compactMap { $0 }
        sources =
            sections.map { section in
                var settings = section.settings
                (settings.max_length, settings.max_new_tokens) = (nil, nil)
                return settings
            } + (layout == .original ? [Self.classDefaults(absent: text?.keys ?? [])] : [])
        unobeyed = sections.flatMap(\.unobeyed)
        name = "text_config of config.json"
    }

    /// What the original code's configuration class gives keys that are absent, though not those that are null.
    private static func classDefaults(absent keys: Set<String>) -> GenerationSettings {
        var settings = GenerationSettings()
        if !keys.contains("decoder_start_token_id") { settings.decoder_start_token_id = 2 }
        if !keys.contains("bos_token_id") { settings.bos_token_id = 0 }
        if !keys.contains("eos_token_id") { settings.eos_token_id = .init([2]) }
        if !keys.contains("forced_eos_token_id") { settings.forced_eos_token_id = .init([2]) }
        return settings
    }
}

/// config.json, read for the settings in its text_config.
private struct ConfigurationSections: Decodable {
    let text_config: Section?
}

/// One JSON object that may hold settings.
private struct Section: Decodable {
    let settings: GenerationSettings
    let unobeyed: [String]
    /// Also those that are null.
    let keys: Set<String>

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Swift.Decoder) throws {
        settings = try GenerationSettings(from: decoder)
        let container = try decoder.container(keyedBy: Key.self)
        keys = Set(container.allKeys.map(\.stringValue))
        unobeyed = try UnobeyedSetting.all.compactMap { setting in
            let value = try container.decodeIfPresent(UnobeyedSetting.Value.self, forKey: Key(stringValue: setting.key))
            return value.flatMap(setting.sentence)
        }
    }
}

private func decoded<T: Decodable>(_ type: T.Type, _ json: Data, file: String) throws(ModelError) -> T {
    do {
        return try JSONDecoder().decode(type, from: json)
    } catch {
        throw .invalidFile(file, reason: decodingReason(error))
    }
}
