/// What `tokenizer_config.json` says that matters here.
struct TokenizerConfiguration {
    var cleanUpTokenizationSpaces = false

    init(json: [UInt8]) throws(TokenizerError) {
        var reader = try JSONReader(json, file: "tokenizer_config.json")
        try reader.beginObject()
        while let key = try reader.nextKey() {
            if key == "clean_up_tokenization_spaces", !reader.readNull() {
                cleanUpTokenizationSpaces = try reader.readBool()
            } else if key != "clean_up_tokenization_spaces" {
                try reader.skipValue()
            }
        }
        try reader.end()
    }
}
