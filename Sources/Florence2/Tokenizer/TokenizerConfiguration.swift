/// What `tokenizer_config.json` says that matters here.
struct TokenizerConfiguration {
    var cleanUpTokenizationSpaces = false
    /// transformers 5 cleans up after a byte-level BPE only where this is true, too.
    var forcesCleanUp = false

    private static let cleanUp = "clean_up_tokenization_spaces"
    private static let force = "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"

    init(json: [UInt8]) throws(TokenizerError) {
        var reader = try JSONReader(json, file: "tokenizer_config.json")
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case Self.cleanUp: if !reader.readNull() { cleanUpTokenizationSpaces = try reader.readBool() }
            case Self.force: if !reader.readNull() { forcesCleanUp = try reader.readBool() }
            default: try reader.skipValue()
            }
        }
        try reader.end()
    }
}
