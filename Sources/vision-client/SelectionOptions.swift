import ArgumentParser
import CaptionClient
import Foundation

/// Which images of a folder count.
struct SelectionOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "Also enter the folders below the given one.") var recursive = true

    @Flag(help: "Enter folders that links lead to; each folder once, so that links may lead in circles.")
    var followLinks = false

    @Flag(help: "Also enter hidden folders and those of other programs, such as @eaDir or $RECYCLE.BIN.")
    var includeHidden = false

    @Option(
        help: ArgumentHelp(
            "Leave out names, or paths below the folder, that match a pattern such as 'draft-*' or 'old/**'; repeatable.",
            valueName: "glob"))
    var exclude: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only pictures that were changed, or came here, since then: 2026-11-30, or '2026-11-30 14:05'.",
            valueName: "date"))
    var since: String?

    @Option(
        help: ArgumentHelp(
            "File that lists the pictures, one a line, instead of all in the folder; - is standard input.",
            valueName: "file"))
    var filesFrom: String?

    @Flag(name: [.customShort("0"), .customLong("null")], help: "A null byte ends each name of --files-from.")
    var null = false

    @Option(help: ArgumentHelp("Caption at most so many pictures.", valueName: "n")) var limit: Int?

    @Flag(help: "Only say what would be done with each picture.") var dryRun = false

    /// Whether some images of the folder are left out on purpose.
    var isNarrow: Bool { !recursive || !exclude.isEmpty || since != nil || filesFrom != nil }

    /// - Throws: `ClientError.listUnread`.
    func selection() throws(ClientError) -> ImageFolder.Selection {
        var selection = ImageFolder.Selection(includesHidden: includeHidden, excluding: exclude)
        selection.isRecursive = recursive
        selection.followsLinks = followLinks
        selection.since = since.flatMap { SinceDate.time($0) }
        if let filesFrom {
            selection.list = try FileList(
                file: filesFrom, endsWithNull: null, currentFolder: FileManager.default.currentDirectoryPath)
        }
        return selection
    }

    func validate() throws {
        guard exclude.allSatisfy({ !$0.isEmpty }) else {
            throw ValidationError("--exclude needs a pattern, such as --exclude 'draft-*'.")
        }
        if let since, SinceDate.time(since) == nil {
            throw ValidationError(
                "--since is \"\(since)\": it must be a date such as 2026-11-30 or 2026-11-30T14:05:00Z.")
        }
        guard !null || filesFrom != nil else { throw ValidationError("-0 needs a list of files: --files-from -.") }
        guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit must be 1 or more.") }
    }
}
