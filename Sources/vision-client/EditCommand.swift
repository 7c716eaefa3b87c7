import ArgumentParser
import CaptionClient
import Foundation

/// Changes captions that are there; no server is asked.
struct EditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change captions that are there, in the text files beside pictures; no server is asked.",
        discussion: "The clean-up comes first, then what is added, then the trigger. What was there goes into an undo "
            + "file; --undo puts it back.")

    @Argument(help: "Folder with the pictures and their captions.") var folder: String

    @Option(
        help: ArgumentHelp("Extension of the caption files, or several with commas between.", valueName: "extension"))
    var `extension` = "txt"

    @Option(help: ArgumentHelp("Only captions with this text in them; alone, it lists them.", valueName: "text"))
    var find: String?
    @Option(help: ArgumentHelp("Text that is added to the end of each caption, once.", valueName: "text")) var append:
        String?
    @Option(help: ArgumentHelp("Text that is added to the beginning of each caption, once.", valueName: "text"))
    var prepend: String?
    @Option(help: "Text between a caption and what is added; \\n is a new line.") var separator = ", "
    @Option(help: ArgumentHelp("Word that each caption begins with, once.", valueName: "word")) var trigger: String?

    @Option(help: ArgumentHelp("File that gets what was there. (default: one in the folder)", valueName: "file"))
    var undoFile: String?
    @Option(help: ArgumentHelp("Put back what is in an undo file, byte for byte.", valueName: "file")) var undo: String?

    @OptionGroup(title: "Clean-up, in this order") var cleanUp: CleanUpOptions
    @OptionGroup(title: "Pictures") var selection: SelectionOptions

    func run() throws {
        do {
            try edit()
        } catch let error as ClientError {
            Terminal(environment: [:]).write(Terminal.visible("\(error)") + "\n")
            throw ExitCode.failure
        }
    }

    private func edit() throws {
        let run = EditRun(
            folder: try ImageFolder(path: folder, selection: selection.selection()),
            extensions: `extension`.split(separator: ",").map(String.init), gate: AtomicFileWriter()
        ) { line in
            let lines = line.split(separator: "\n", omittingEmptySubsequences: false).map {
                Terminal.visible(String($0))
            }
            FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
        }
        if let undo {
            let outcome = try run.undo(undo, isPlan: selection.dryRun)
            let words = selection.dryRun ? "Would put back" : "Put back"
            try end(outcome, "\(words) \(outcome.changed) of \(outcome.seen) captions")
        }
        var change = try captionEdit()
        change.limit = selection.limit
        if change.isSearch {
            guard find != nil else {
                throw ValidationError(
                    "There is nothing to do. Give --append TEXT, --trim-preamble or another such option.")
            }
            let outcome = try run.find(change)
            try end(outcome, "Found \(outcome.changed) of \(outcome.seen) captions")
        }
        let path = undoFile ?? newUndoFile
        let make = { () throws(ClientError) in try UndoFile(making: path) }
        let outcome = try run.run(change, undo: selection.dryRun ? nil : make)
        let words = "\(selection.dryRun ? "Would change" : "Changed") \(outcome.changed) of \(outcome.seen) captions"
        try end(outcome, words, selection.dryRun || outcome.changed == 0 ? "" : " --undo \(path) puts them back.")
    }

    /// A name in the folder that no file has.
    private var newUndoFile: String {
        let stem = folder + "/vision-client-undo-\(Int(Date().timeIntervalSince1970))"
        var (path, number) = (stem + ".jsonl", 1)
        // Two edits may begin in one second.
        while access(path, F_OK) == 0 {
            number += 1
            path = "\(stem)-\(number).jsonl"
        }
        return path
    }

    func validate() throws {
        for (name, text) in [("append", append), ("prepend", prepend), ("find", find)] {
            guard text.map({ $0.contains { !$0.isWhitespace } }) ?? true else {
                throw ValidationError("--\(name) needs a text that is not empty.")
            }
        }
        let changes: [Any?] = [find, append, prepend, trigger, undoFile, selection.limit]
        guard undo == nil || changes.allSatisfy({ $0 == nil }) && !cleanUp.isGiven && !selection.isNarrow else {
            throw ValidationError("--undo puts back all of its file: it goes with no other option but --dry-run.")
        }
    }

    private func captionEdit() throws(ClientError) -> CaptionEdit {
        var change = CaptionEdit()
        change.cleanUp = try cleanUp.cleanUp()
        (change.appended, change.prepended, change.wanted) = (append, prepend, find)
        change.separator = separator.replacing("\\n", with: "\n").replacing("\\t", with: "\t")
        if let trigger { change.trigger = try Trigger(trigger, separator: change.separator) }
        return change
    }

    private func end(_ outcome: EditRun.Outcome, _ words: String, _ more: String = "") throws -> Never {
        let failures = outcome.failed > 0 ? ", \(outcome.failed) failed" : ""
        Terminal(environment: [:]).write(words + failures + "." + more + "\n")
        throw outcome.failed > 0 ? ExitCode.failure : ExitCode.success
    }
}
