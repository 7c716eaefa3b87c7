/// What the files of a tokenizer say, checked: from here on ids are distinct and every merge names tokens that exist.
struct TokenizerFile {
    var vocabulary = Vocabulary()
    var merges: BytePairEncoding
    var addedTokens: [AddedToken] = []
    var preTokenizer = PreTokenizer()
    var bosToken = "<s>"
    var eosToken = "</s>"

    /// Reads `tokenizer.json`.
    init(tokenizerJSON: [UInt8]) throws(TokenizerError) {
        var reader = try JSONReader(tokenizerJSON, file: "tokenizer.json")
        var model = Model()
        var addedTokens: [AddedToken] = []
        var preTokenizer: PreTokenizer?
        var (bos, eos) = ("<s>", "</s>")
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "model": model = try Model(&reader)
            case "added_tokens": addedTokens = try reader.readAddedTokens()
            case "pre_tokenizer": preTokenizer = try reader.readPreTokenizer()
            case "post_processor": try reader.readPostProcessor(bos: &bos, eos: &eos)
            case "normalizer":
                guard reader.readNull() else { throw .unsupported(file: reader.file, field: "a normalizer") }
            default: try reader.skipValue()
            }
        }
        try reader.end()
        guard let mergesOffset = model.mergesOffset, model.vocabulary.count > 0 else {
            throw .missing(file: reader.file, field: "model with \"vocab\" and \"merges\"")
        }
        guard let preTokenizer else { throw .missing(file: reader.file, field: "\"pre_tokenizer\"") }
        var merger = MergeReader(model.vocabulary, file: reader.file)
        try reader.revisit(mergesOffset) { reader throws(TokenizerError) in try merger.readJSON(&reader) }
        (vocabulary, merges) = (model.vocabulary, merger.merges)
        guard merges.coversAllBytes || !model.hasUnknownToken else {
            throw .unsupported(file: reader.file, field: "an unk_token for bytes that have no token")
        }
        (self.preTokenizer, bosToken, eosToken) = (preTokenizer, bos, eos)
        try add(addedTokens, file: reader.file)
    }

    /// Reads `vocab.json`, `merges.txt` and, where there is one, `added_tokens.json`.
    init(vocabularyJSON: [UInt8], merges: [UInt8], addedTokensJSON: [UInt8]?) throws(TokenizerError) {
        var reader = try JSONReader(vocabularyJSON, file: "vocab.json")
        vocabulary = try reader.readVocabulary()
        try reader.end()
        var merger = MergeReader(vocabulary, file: "merges.txt")
        try merger.readText(merges)
        self.merges = merger.merges
        var tokens: [AddedToken] = []
        for base in ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] {
            guard let id = vocabulary.id(of: Array(base.utf8)[...]) else { continue }
            tokens.append(AddedToken(content: base, id: id, stripsLeft: base == "<mask>"))
        }
        if let addedTokensJSON {
            var reader = try JSONReader(addedTokensJSON, file: "added_tokens.json")
            tokens += try reader.readAddedTokenMap()
            try reader.end()
        }
        try add(tokens, file: "added_tokens.json")
    }

    /// Appends tokens that the vocabulary lacks; one that it has only becomes an added token.
    private mutating func add(_ tokens: [AddedToken], file: String) throws(TokenizerError) {
        for token in tokens {
            let utf8 = Array(token.content.utf8)[...]
            if let id = vocabulary.id(of: utf8) {
                guard id == token.id else {
                    throw .inconsistent(
                        file: file, detail: "added token \"\(token.content)\" has ids \(id) and \(token.id)")
                }
            } else {
                _ = vocabulary.insert(utf8, id: token.id)
            }
        }
        addedTokens += tokens
        try appendFlorence2Tokens(file: file)
        try vocabulary.seal(file: file)
    }

    /// Microsoft's files are BART's own: without location tokens, which the processor appends after the highest id.
    private mutating func appendFlorence2Tokens(file: String) throws(TokenizerError) {
        guard vocabulary.id(of: Array("<loc_0>".utf8)[...]) == nil else { return }
        for content in Florence2Tokens.all where vocabulary.id(of: Array(content.utf8)[...]) == nil {
            let (id, overflow) = vocabulary.highestID.addingReportingOverflow(1)
            guard !overflow else { throw .inconsistent(file: file, detail: "its ids leave no room") }
            _ = vocabulary.insert(content.utf8, id: id)
            addedTokens.append(AddedToken(content: content, id: id))
        }
    }

    /// The `model` object; merges are resolved once the vocabulary is known, whichever comes first in the file.
    private struct Model {
        var vocabulary = Vocabulary()
        var mergesOffset: Int?
        var hasUnknownToken = false

        init() {}

        init(_ reader: inout JSONReader) throws(TokenizerError) {
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "vocab": vocabulary = try reader.readVocabulary()
                case "merges":
                    _ = reader.peek()
                    mergesOffset = reader.offset
                    try reader.skipValue()
                case "unk_token":
                    hasUnknownToken = !reader.readNull()
                    if hasUnknownToken { try reader.skipValue() }
                default: try Self.check(key, &reader)
                }
            }
        }

        private static func check(_ key: String, _ reader: inout JSONReader) throws(TokenizerError) {
            switch key {
            case "type":
                let type = try reader.readString()
                if type != "BPE" { throw .unsupported(file: reader.file, field: "a model of another type than BPE") }
            case "continuing_subword_prefix", "end_of_word_suffix":
                if reader.readNull() { return }
                if try !reader.readString().isEmpty { throw .unsupported(file: reader.file, field: key) }
            case "dropout":
                if !reader.readNull() { throw .unsupported(file: reader.file, field: "dropout") }
            case "ignore_merges", "byte_fallback":
                if try reader.readBool() { throw .unsupported(file: reader.file, field: key) }
            default: try reader.skipValue()
            }
        }
    }
}
