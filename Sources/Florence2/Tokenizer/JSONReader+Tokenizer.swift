/// The objects that tokenizer files are made of.
extension JSONReader {
    /// `{"token": id, ...}`
    mutating func readVocabulary() throws(TokenizerError) -> Vocabulary {
        var vocabulary = Vocabulary()
        var token: [UInt8] = []
        try beginObject()
        while try nextKey(appendingTo: &token) {
            let id = try readInteger()
            guard vocabulary.insert(token, id: id) else {
                throw .inconsistent(
                    file: file, detail: "token \"\(String(decoding: token, as: UTF8.self))\" occurs twice")
            }
            token.removeAll(keepingCapacity: true)
        }
        return vocabulary
    }

    /// `[{"id": 0, "content": "<s>", "lstrip": false, ...}, ...]` of `tokenizer.json`
    mutating func readAddedTokens() throws(TokenizerError) -> [AddedToken] {
        var tokens: [AddedToken] = []
        if readNull() { return tokens }
        try beginArray()
        while try nextElement() { tokens.append(try readAddedToken()) }
        return tokens
    }

    /// `{"<loc_0>": 50269, ...}` of `added_tokens.json`
    mutating func readAddedTokenMap() throws(TokenizerError) -> [AddedToken] {
        var tokens: [AddedToken] = []
        try beginObject()
        while let content = try nextKey() { tokens.append(AddedToken(content: content, id: try readInteger())) }
        return tokens
    }

    private mutating func readAddedToken() throws(TokenizerError) -> AddedToken {
        var token = AddedToken(content: "", id: -1)
        try beginObject()
        while let key = try nextKey() {
            switch key {
            case "id": token.id = try readInteger()
            case "content": token.content = try readString()
            case "single_word": token.isSingleWord = try readBool()
            case "lstrip": token.stripsLeft = try readBool()
            case "rstrip": token.stripsRight = try readBool()
            case "normalized": token.isNormalized = try readBool()
            default: try skipValue()
            }
        }
        guard !token.content.isEmpty, token.id >= 0 else {
            throw .inconsistent(file: file, detail: "an added token lacks its content or its id")
        }
        return token
    }

    /// `{"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}`
    mutating func readPreTokenizer() throws(TokenizerError) -> PreTokenizer {
        var preTokenizer = PreTokenizer()
        var type = ""
        try beginObject()
        while let key = try nextKey() {
            switch key {
            case "type": type = try readString()
            case "add_prefix_space": preTokenizer.addPrefixSpace = try readBool()
            case "use_regex": preTokenizer.usesPattern = try readBool()
            default: try skipValue()
            }
        }
        guard type == "ByteLevel" else {
            throw .unsupported(file: file, field: "another pre_tokenizer than ByteLevel")
        }
        return preTokenizer
    }

    /// `{"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0]}`; of other kinds nothing is taken.
    mutating func readPostProcessor(bos: inout String, eos: inout String) throws(TokenizerError) {
        if readNull() { return }
        try beginObject()
        while let key = try nextKey() {
            switch key {
            case "cls": bos = try readTokenAndID()
            case "sep": eos = try readTokenAndID()
            default: try skipValue()
            }
        }
    }

    private mutating func readTokenAndID() throws(TokenizerError) -> String {
        try beginArray()
        guard try nextElement() else { throw expected("a token") }
        let token = try readString()
        while try nextElement() { try skipValue() }
        return token
    }
}
