import Foundation

/// One image of a folder, with what is to be written for it.
package struct CaptionJob: Sendable {
    package let image: Image
    /// The caption file; `nil` when none is wanted.
    let captionFile: CaptionFile?
    /// What was in its place when it was looked at.
    let content: CaptionFile.Content
    /// The files that are to get the caption as metadata.
    var targets: [MetadataTarget] = []
    /// Whether it is known from an earlier run that these have it.
    var isInJournal = false

    package init(image: Image, captionFile: String?) {
        self.image = image
        self.captionFile = captionFile.map(CaptionFile.init)
        content = self.captionFile?.content() ?? .nothing
    }
}

/// The places that a folder's captions are written to.
package struct CaptionOutputs: Sendable {
    let question: CaptionQuery
    let rule: CaptionRule
    let lines: JSONLinesFile?
    let metadata: MetadataOutputs?
    let gate: AtomicFileWriter
    /// The folder that mirrors that of the images, and gets the caption files; its folders are made when they are needed.
    package var outputFolder: String?

    package init(
        question: CaptionQuery, rule: CaptionRule, lines: JSONLinesFile?, metadata: MetadataOutputs?,
        gate: AtomicFileWriter
    ) {
        self.question = question
        self.rule = rule
        self.lines = lines
        self.metadata = metadata
        self.gate = gate
    }

    /// What was written for an image.
    struct Written {
        let caption: String
        /// What could not be written beside it, as a sentence.
        var note: String?
    }

    /// Adds to each job what is known of its metadata.
    func readMetadata(_ jobs: [CaptionJob]) async -> [CaptionJob] {
        guard let metadata else { return jobs }
        return await metadata.read(jobs)
    }

    /// Why an image is left out that has everything that is wanted from an earlier run; `nil` when something is missing.
    func reasonToSkip(_ job: CaptionJob) -> SkipReason? {
        guard rule.existing == .skip, !wantsFile(job), !wantsLine(job), !wantsMetadata(job) else { return nil }
        if job.captionFile != nil || lines != nil { return .captioned }
        return question.asksForTags ? .tagged : .described
    }

    /// Why nothing can be written for an image, whatever the server would say.
    func obstacle(_ job: CaptionJob) -> String? {
        if case .foreign(let reason) = job.content { return reason }
        let problem = metadata?.obstacle(job, isAlone: !wantsFile(job) && !wantsLine(job))
        return problem.map { "\($0)" }
    }

    /// The folders that are written to for an image.
    func folders(_ job: CaptionJob) -> [String] {
        let file = wantsFile(job) ? job.captionFile.map { FileName($0.target).folder } : nil
        return [file].compactMap { $0 } + (metadata?.folders(job) ?? [])
    }

    /// Whether the job's caption file is to be written.
    func wantsFile(_ job: CaptionJob) -> Bool {
        job.captionFile != nil && (rule.existing != .skip || job.content == .nothing)
    }

    /// Writes what is missing, or what is to be changed.
    /// - Throws: `ClientError`.
    func write(_ result: AnyJSON, for job: CaptionJob) async throws -> Written {
        let caption = try CaptionText(result, prefix: rule.prefix, suffix: rule.suffix)
        if metadata != nil, !caption.isText { throw ClientError.placesNotText }
        try writeFile(caption, job)
        var written = Written(caption: caption.isText ? rule.combine(nil, caption.text) : caption.text)
        written.note = try await metadata?.write(caption, job)
        // The line goes last: where it is, the rest is there too.
        if wantsLine(job) {
            let result = caption.isText ? .string(written.caption) : result
            try lines?.append(CaptionLine(file: job.image.name, prompt: question.prompt, result: result))
        }
        return written
    }

    private func writeFile(_ caption: CaptionText, _ job: CaptionJob) throws(ClientError) {
        guard wantsFile(job), let file = job.captionFile else { return }
        // The answer may have taken minutes, in which somebody else has written there.
        var old: String?
        var isMarked = false
        switch file.content() {
        case .nothing: break
        case .caption where rule.existing == .skip: return
        case .caption(let text, let mark):
            old = text
            isMarked = mark
        case .foreign(let reason): throw .unreadable(reason)
        }
        if outputFolder != nil { try Self.makeFolder(of: file.path) }
        let text = caption.isText ? rule.combine(old, caption.text) : rule.existing.combine(old, caption.text)
        try gate.replace(file.path, with: CaptionFile.bytes(of: text, isMarked: isMarked))
    }

    /// Makes the folder that a file is to be in.
    static func makeFolder(of file: String) throws(ClientError) {
        let folder = FileName(file).folder
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(folder, error)
        }
    }

    private func wantsLine(_ job: CaptionJob) -> Bool {
        guard let lines else { return false }
        return rule.existing != .skip || !lines.contains(file: job.image.name, prompt: question.prompt)
    }

    private func wantsMetadata(_ job: CaptionJob) -> Bool { metadata?.wants(job) ?? false }
}
