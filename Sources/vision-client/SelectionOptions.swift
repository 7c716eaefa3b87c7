import ArgumentParser
import CaptionClient

/// Which images of a folder count.
struct SelectionOptions: ParsableArguments {
    @Flag(help: "Also enter hidden folders and those of other programs, such as @eaDir or $RECYCLE.BIN.")
    var includeHidden = false

    @Option(
        help: ArgumentHelp(
            "Leave out names, or paths below the folder, that match a pattern such as 'draft-*' or 'old/**'; repeatable.",
            valueName: "glob"))
    var exclude: [String] = []

    var selection: ImageFolder.Selection {
        ImageFolder.Selection(includesHidden: includeHidden, excluding: exclude)
    }

    func validate() throws {
        guard exclude.allSatisfy({ !$0.isEmpty }) else {
            throw ValidationError("--exclude needs a pattern, such as --exclude 'draft-*'.")
        }
    }
}
