import Foundation

/// One picture of a folder, with what is to be written for it.
package struct CaptionJob: Sendable {
    package let picture: Picture
    /// The caption file; `nil` when none is wanted.
    package let captionFile: String?
    /// What the picture's own metadata said before.
    var metadata: PictureMetadata?
}

/// The places that a folder's captions are written to.
package struct CaptionOutputs: Sendable {
    let question: Question
    let existing: ExistingCaption
    let prefix: String
    let suffix: String
    let lines: JSONLinesFile?
    let exifTool: ExifTool?
    let gate: WriteGate

    package init(
        question: Question, existing: ExistingCaption, prefix: String, suffix: String, lines: JSONLinesFile?,
        exifTool: ExifTool?, gate: WriteGate
    ) {
        self.question = question
        self.existing = existing
        self.prefix = prefix
        self.suffix = suffix
        self.lines = lines
        self.exifTool = exifTool
        self.gate = gate
    }

    /// Adds to each job what the picture's metadata says now.
    func readMetadata(_ jobs: [CaptionJob]) async -> [CaptionJob] {
        guard let exifTool else { return jobs }
        let metadata = await exifTool.read(jobs.map(\.picture.file))
        return jobs.map { job in
            var job = job
            job.metadata = metadata[job.picture.file]
            return job
        }
    }

    /// Whether everything that is wanted is there from an earlier run.
    func isDone(_ job: CaptionJob) -> Bool {
        existing == .skip && !wantsFile(job) && !wantsLine(job) && !wantsMetadata(job)
    }

    /// Whether the job's caption file is to be written.
    func wantsFile(_ job: CaptionJob) -> Bool {
        guard let file = job.captionFile else { return false }
        // What is no file is in the way, which is found out when the caption is to be written there.
        return existing != .skip || (try? PictureFile(path: file).stamp()) == nil
    }

    /// Writes what is missing, or what is to be changed; answers the caption.
    /// - Throws: `ClientError`.
    func write(_ result: JSONValue, for job: CaptionJob) async throws -> String {
        let caption = try CaptionText(result, prefix: prefix, suffix: suffix)
        if exifTool != nil, !caption.isText { throw ClientError.placesNotText }
        if wantsFile(job), let file = job.captionFile {
            let text = existing.combine(existing == .skip ? nil : Self.caption(in: file), caption.text)
            try gate.replace(file, with: Data((text + "\n").utf8))
        }
        if wantsMetadata(job) { try await writeMetadata(caption, job) }
        // The line goes last: where it is, the rest is there too.
        if wantsLine(job) {
            let result = caption.isText ? .string(caption.text) : result
            try lines?.append(CaptionLine(file: job.picture.name, prompt: question.prompt, result: result))
        }
        return caption.text
    }

    private func wantsLine(_ job: CaptionJob) -> Bool {
        guard let lines else { return false }
        return existing != .skip || !lines.contains(file: job.picture.name, prompt: question.prompt)
    }

    private func wantsMetadata(_ job: CaptionJob) -> Bool {
        guard exifTool != nil else { return false }
        guard existing == .skip, let metadata = job.metadata else { return true }
        return question.asksForTags ? metadata.tags.isEmpty : metadata.description == nil
    }

    private func writeMetadata(_ caption: CaptionText, _ job: CaptionJob) async throws {
        var metadata = PictureMetadata()
        if question.asksForTags {
            metadata.tags = existing.combine(job.metadata?.tags ?? [], caption.tags)
        } else {
            metadata.description = existing.combine(job.metadata?.description, caption.text)
        }
        try await exifTool?.write(metadata, to: job.picture.file)
    }

    private static func caption(in file: String) -> String? {
        let text = try? String(contentsOf: URL(filePath: file), encoding: .utf8)
        return text.map { CaptionText.trimmed($0) }
    }
}
