import ArgumentParser
import CaptionCleaning
import CaptionClient

/// What is done to captions, in one order whatever the order of the options.
struct CleanUpOptions: ParsableArguments {
    @Flag(help: "Take \"The image shows\", \"This is a photo of\" and the like from the beginning.")
    var trimPreamble = false

    @Flag(help: "Take out phrases such as \"in the background\" or \"on the left side of the image\".")
    var stripLocation = false

    @Option(
        help: ArgumentHelp(
            "Put one text in the place of another, as old=new, or a file of them; repeatable.", valueName: "rule"))
    var replace: [String] = []

    @Flag(help: "Join the words of each tag with underscores.") var tagsUnderscore = false
    @Flag(help: "Part the words of each tag with blanks.") var tagsSpace = false

    @Option(
        help: ArgumentHelp(
            "Leave out tags, with commas between or in a file; * stands for any characters; repeatable.",
            valueName: "tags"))
    var excludeTags: [String] = []

    @Flag(help: "Leave out a tag that was there before.") var dedupeTags = false
    @Flag(help: "Sort the tags by the alphabet.") var sortTags = false

    @Option(help: ArgumentHelp("Put these tags first, where they are there; repeatable.", valueName: "tags"))
    var firstTags: [String] = []

    @Option(help: ArgumentHelp("The most tags of a caption.", valueName: "n")) var maxTags: Int?
    @Option(help: ArgumentHelp("The most words; a caption ends with a sentence, if it can.", valueName: "n"))
    var maxWords: Int?
    @Option(help: ArgumentHelp("The most characters; a caption ends with a sentence, if it can.", valueName: "n"))
    var maxChars: Int?

    func validate() throws {
        guard !(tagsUnderscore && tagsSpace) else {
            throw ValidationError("Give only one of --tags-underscore and --tags-space.")
        }
        for (name, value) in [("tags", maxTags), ("words", maxWords), ("chars", maxChars)] {
            guard value.map({ $0 > 0 }) ?? true else {
                throw ValidationError("--max-\(name) is \(value ?? 0): it must be 1 or more.")
            }
        }
    }

    /// Whether anything is to be done.
    var isGiven: Bool {
        trimPreamble || stripLocation || tagsUnderscore || tagsSpace || dedupeTags || sortTags
            || ![replace, excludeTags, firstTags].allSatisfy(\.isEmpty)
            || [maxTags, maxWords, maxChars].contains { $0 != nil }
    }

    /// - Throws: `ClientError.badCleanUp`.
    func cleanUp() throws(ClientError) -> CleanUp {
        var cleanUp = CleanUp()
        cleanUp.trimsPreamble = trimPreamble
        cleanUp.stripsLocations = stripLocation
        for word in replace { cleanUp.replacements += try CleanUpLists.replacements(word) }
        cleanUp.tags.spelling = tagsUnderscore ? .underscores : tagsSpace ? .spaces : .asItIs
        for word in excludeTags { cleanUp.tags.excluded += try CleanUpLists.tags(word).map { TagPattern($0) } }
        cleanUp.tags.dropsDoubles = dedupeTags
        cleanUp.tags.isSorted = sortTags
        for word in firstTags { cleanUp.tags.first += try CleanUpLists.tags(word) }
        cleanUp.tags.maxCount = maxTags
        cleanUp.maxWords = maxWords
        cleanUp.maxCharacters = maxChars
        return cleanUp
    }
}
