import ArgumentParser

/// Words that begin with one dash: of the program's options only `-h` does.
enum DashedName {
    /// Options whose value may begin with a dash.
    private static let signed = ["--length-penalty", "--unload-after"]

    /// The parser takes each letter of such a word for an option, and so a file's name for a wish for help.
    ///
    /// - Throws: `ValidationError`, for the first word that is no number either.
    static func check(_ arguments: [String]) throws {
        let words = arguments.prefix { $0 != "--" }
        let pairs = zip([""] + words, words)
        guard let name = pairs.first(where: { isOne($1) && !signed.contains($0) })?.1 else { return }
        throw ValidationError(
            "\"\(name)\" begins with a dash and is none of the options. If it is a file, write ./\(name).")
    }

    private static func isOne(_ word: String) -> Bool {
        word.hasPrefix("-") && !word.hasPrefix("--") && word.count > 2 && word != "-help" && Double(word) == nil
    }
}
