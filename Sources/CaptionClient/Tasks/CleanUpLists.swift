package import CaptionCleaning
import Foundation

/// Lists for the clean-up, as words of a command line: each is a file, where there is one of this name, or the list itself.
package enum CleanUpLists {
    private static let maxSize = 16 << 20

    /// Tags, one a line of a file or with commas between; lines that begin with `#` are remarks.
    /// - Throws: `ClientError.badCleanUp`.
    package static func tags(_ word: String) throws(ClientError) -> [String] {
        let lines = try lines(word).filter { !$0.hasPrefix("#") }
        return lines.flatMap { $0.split(separator: ",") }.map { CaptionText.trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    /// Texts for texts, each `old=new`, one a line of a file.
    /// - Throws: `ClientError.badCleanUp`.
    package static func replacements(_ word: String) throws(ClientError) -> [Replacement] {
        var replacements: [Replacement] = []
        for line in try lines(word) where !line.isEmpty {
            guard let replacement = Replacement(line) else {
                throw .badCleanUp(
                    "\"\(line)\" is no replacement. Write old=new, or the name of a file with such lines.")
            }
            replacements.append(replacement)
        }
        return replacements
    }

    private static func lines(_ word: String) throws(ClientError) -> [String] {
        var status = stat()
        guard !word.isEmpty, stat(word, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            // No tag and no rule ends so: it is a file that is somewhere else, or has another name.
            guard !word.hasSuffix(".txt") else { throw .badCleanUp("There is no list \(word).") }
            return [word]
        }
        guard status.st_size <= maxSize, let bytes = FileManager.default.contents(atPath: word),
            let text = String(
                validating: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes, as: UTF8.self)
        else { throw .badCleanUp("\(word) cannot be read as a list: it is no text in UTF-8 of up to 16 MB.") }
        return text.split(whereSeparator: \.isNewline).map(String.init)
    }
}
