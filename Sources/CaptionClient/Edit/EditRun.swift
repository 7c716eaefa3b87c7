import Foundation

/// Changes the caption files of a folder, or tells what would change.
package struct EditRun: Sendable {
    private let folder: ImageFolder
    private let extensions: [String]
    private let gate: AtomicFileWriter
    /// Gets lines for people.
    private let say: @Sendable (String) -> Void

    /// What came of it.
    package struct Outcome: Sendable, Equatable {
        package var changed = 0
        package var seen = 0
        package var failed = 0
    }

    package init(
        folder: ImageFolder, extensions: [String], gate: AtomicFileWriter, say: @escaping @Sendable (String) -> Void
    ) {
        (self.folder, self.extensions, self.gate, self.say) = (folder, extensions, gate, say)
    }

    /// The captions that are meant, each with its text.
    /// - Throws: `ClientError.badExtension`.
    package func find(_ edit: CaptionEdit) throws(ClientError) -> Outcome {
        try eachCaption { name, _, text, outcome throws(ClientError) in
            guard edit.isMeant(text), outcome.changed < edit.limit ?? .max else { return }
            outcome.changed += 1
            say("\(name): \(text)")
        }
    }

    /// Changes what is to change.
    /// - Parameters:
    ///   - undo: Makes the file that gets what was there; `nil` changes nothing and tells what would change.
    /// - Throws: `ClientError`.
    package func run(
        _ edit: CaptionEdit, undo makeUndo: (() throws(ClientError) -> UndoFile)?
    ) throws(ClientError) -> Outcome {
        var undo: UndoFile?
        return try eachCaption { name, file, text, outcome throws(ClientError) in
            let new = edit.apply(to: text)
            guard edit.isMeant(text), new != text, !new.isEmpty, outcome.changed < edit.limit ?? .max else { return }
            if undo == nil, let makeUndo { undo = try makeUndo() }
            if let undo { try replace(file, named: name, with: new, undo) }
            outcome.changed += 1
            say("\(name)\n- \(text)\n+ \(new)")
        }
    }

    /// Puts back what an edit has changed, byte for byte; what has changed since stays.
    /// - Parameter isPlan: Whether it is only told what would be put back.
    /// - Throws: `ClientError.noUndo`, `.notUndo`.
    package func undo(_ path: String, isPlan: Bool) throws(ClientError) -> Outcome {
        var outcome = Outcome()
        for change in try UndoFile.changes(path) {
            let file = folder.path + "/" + change.file
            outcome.seen += 1
            let now = FileManager.default.contents(atPath: file)
            if now == change.old { continue }
            guard now == change.new, !FileName(change.file).leadsUp else {
                outcome.failed += 1
                say(
                    now == nil
                        ? "\(change.file) is not in \(folder.path)."
                        : "\(change.file) has changed since, so it was left as it is.")
                continue
            }
            do {
                if isPlan {
                    say("\(change.file)\n- \(Self.text(change.new))\n+ \(Self.text(change.old))")
                } else {
                    try gate.replace(file, with: change.old)
                }
                outcome.changed += 1
            } catch {
                if error.endsRun { throw error }
                outcome.failed += 1
                say("\(change.file) failed: \(error)")
            }
        }
        return outcome
    }

    private static func text(_ bytes: Data) -> String { CaptionText.trimmed(String(decoding: bytes, as: UTF8.self)) }

    private func replace(
        _ file: CaptionFile, named name: String, with text: String, _ undo: UndoFile
    ) throws(ClientError) {
        guard let old = FileManager.default.contents(atPath: file.path) else {
            throw .unreadable("\(file.path) cannot be read any more.")
        }
        guard case .caption(_, let isMarked) = file.content() else { throw .notText(file.path) }
        let new = CaptionFile.bytes(of: text, isMarked: isMarked)
        try undo.append(.init(file: name, old: old, new: new))
        try gate.replace(file.path, with: new)
    }

    /// Goes through the captions that stand beside images, in the order of these.
    private func eachCaption(
        _ body: (String, CaptionFile, String, inout Outcome) throws(ClientError) -> Void
    ) throws(ClientError) -> Outcome {
        var outcome = Outcome()
        var names: [CaptionNames] = []
        for word in extensions { names.append(try CaptionNames(fileExtension: word)) }
        var done: Set<FileName> = []
        for image in folder.contents().images {
            for path in names.flatMap({ [$0.file(for: image), $0.fullFile(for: image)] }) {
                let file = CaptionFile(path: path)
                guard done.insert(FileName(path)).inserted else { continue }
                let name = String(path.utf8.dropFirst(folder.path.utf8.count + 1)) ?? path
                switch file.content() {
                case .nothing: continue
                case .foreign(let reason):
                    outcome.failed += 1
                    say("\(name) failed: \(reason)")
                case .caption(let text, _):
                    outcome.seen += 1
                    do throws(ClientError) {
                        try body(name, file, text, &outcome)
                    } catch {
                        if error.endsRun { throw error }
                        outcome.failed += 1
                        say("\(name) failed: \(error)")
                    }
                }
            }
        }
        return outcome
    }
}
