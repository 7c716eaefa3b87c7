import ArgumentParser
import CaptionClient

/// Which pictures of a folder count.
struct SelectionOptions: ParsableArguments {
    @Flag(help: "Also enter hidden folders, and those that other programs keep, such as @eaDir or $RECYCLE.BIN.")
    var includeHidden = false

    @Option(
        help: ArgumentHelp(
            "Leave out files and folders with such a name; with a slash, such a path below the folder. * and ? stand for "
                + "any characters but a slash, ** for any at all. Repeatable.",
            valueName: "glob"))
    var exclude: [String] = []

    var selection: PictureFolder.Selection {
        PictureFolder.Selection(includesHidden: includeHidden, excluding: exclude)
    }

    func validate() throws {
        guard exclude.allSatisfy({ !$0.isEmpty }) else {
            throw ValidationError("--exclude needs a pattern, such as --exclude 'draft-*'.")
        }
    }
}
