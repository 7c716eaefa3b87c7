/// Text <-> token ids, equal to Hugging Face's `tokenizers` on any text: byte-level BPE as BART and Florence-2 use it.
public struct Tokenizer: Sendable {
    /// Whether `decode` tidies spaces before punctuation (`clean_up_tokenization_spaces` of `tokenizer_config.json`).
    public var cleanUpTokenizationSpaces = false
    /// Whether it does so in transformers 5, too.
    private(set) var forcesCleanUp = false

    private let vocabulary: Vocabulary
    private let bytePairs: BytePairEncoding
    private let addedTokens: AddedTokens
    private let preTokenizer: PreTokenizer
    private let bosTokenID: Int
    private let eosTokenID: Int

    /// Reads `tokenizer.json`; a vocabulary without `<loc_0>` gets Florence-2's 1024 tokens, as its processor does.
    ///
    /// `configurationJSON` is `tokenizer_config.json`: `clean_up_tokenization_spaces` is taken from it.
    public init(tokenizerJSON: [UInt8], configurationJSON: [UInt8]? = nil) throws(TokenizerError) {
        try self.init(TokenizerFile(tokenizerJSON: tokenizerJSON), configurationJSON: configurationJSON)
    }

    /// Reads `vocab.json`, `merges.txt` and `added_tokens.json`, the three files that older fine-tunes carry.
    public init(
        vocabularyJSON: [UInt8], merges: [UInt8], addedTokensJSON: [UInt8]?, configurationJSON: [UInt8]? = nil
    ) throws(TokenizerError) {
        let file = try TokenizerFile(
            vocabularyJSON: vocabularyJSON, merges: merges, addedTokensJSON: addedTokensJSON)
        try self.init(file, configurationJSON: configurationJSON)
    }

    private init(_ file: TokenizerFile, configurationJSON: [UInt8]?) throws(TokenizerError) {
        vocabulary = file.vocabulary
        bytePairs = file.merges
        preTokenizer = file.preTokenizer
        addedTokens = AddedTokens(file.addedTokens)
        guard let bos = vocabulary.id(of: Array(file.bosToken.utf8)[...]),
            let eos = vocabulary.id(of: Array(file.eosToken.utf8)[...])
        else { throw .missing(file: "The vocabulary", field: "token \(file.bosToken) or \(file.eosToken)") }
        (bosTokenID, eosTokenID) = (bos, eos)
        if let configurationJSON {
            let configuration = try TokenizerConfiguration(json: configurationJSON)
            cleanUpTokenizationSpaces = configuration.cleanUpTokenizationSpaces
            forcesCleanUp = configuration.forcesCleanUp
        }
    }

    /// The number of tokens, added ones included.
    public var count: Int { vocabulary.count }

    public func id(of token: String) -> Int? { vocabulary.id(of: Array(token.utf8)[...]) }

    /// The ids of a text between `<s>` and `</s>`.
    public func encode(_ text: String) -> [Int] {
        [bosTokenID] + encodeWithoutSpecialTokens(text) + [eosTokenID]
    }

    /// The ids of a text alone; special tokens that are spelled in the text become their ids.
    public func encodeWithoutSpecialTokens(_ text: String) -> [Int] {
        let utf8 = Array(text.utf8)
        var ids: [Int] = []
        for piece in addedTokens.split(utf8) {
            switch piece {
            case .token(let id): ids.append(id)
            case .text(let range):
                preTokenizer.forEachWord(of: utf8[range]) { bytePairs.encode($0, appendingTo: &ids) }
            }
        }
        return ids
    }

    /// The text of ids, special tokens kept; ids that no token has are dropped, bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Parameter tidying: Whether spaces are tidied where the tokenizer does that.
    public func decode(_ ids: [Int], tidying: Bool = true) -> String {
        var bytes: [UInt8] = []
        for id in ids {
            guard let spelling = vocabulary.spelling(of: id) else { continue }
            ByteLevel.appendBytes(spelledBy: spelling, to: &bytes)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return cleanUpTokenizationSpaces && tidying ? Self.cleanUp(text) : text
    }
}
