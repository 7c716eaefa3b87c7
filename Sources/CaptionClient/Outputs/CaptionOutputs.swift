import Foundation

/// One image of a folder, with what is to be written for it.
package struct CaptionJob: Sendable {
    package let image: Image
    /// The caption file; `nil` when none is wanted.
    let captionFile: CaptionFile?
    /// What was in its place when it was looked at.
    let content: CaptionFile.Content
    /// What the image's own metadata said before, or why that is not known; `nil` when nobody has asked.
    var reading: Result<ImageMetadata, ClientError>?

    /// What is known of the image's own metadata.
    var metadata: ImageMetadata? { try? reading?.get() }

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
    let exifTool: ExifTool?
    let gate: AtomicFileWriter
    /// The folder that mirrors that of the images, and gets the caption files; its folders are made when they are needed.
    package var outputFolder: String?

    package init(
        question: CaptionQuery, rule: CaptionRule, lines: JSONLinesFile?, exifTool: ExifTool?, gate: AtomicFileWriter
    ) {
        self.question = question
        self.rule = rule
        self.lines = lines
        self.exifTool = exifTool
        self.gate = gate
    }

    /// What was written for an image.
    struct Written {
        let caption: String
        /// What could not be written beside it, as a sentence.
        var note: String?
    }

    /// Adds to each job what the image's metadata says now.
    func readMetadata(_ jobs: [CaptionJob]) async -> [CaptionJob] {
        guard let exifTool, !jobs.isEmpty else { return jobs }
        let readings = await exifTool.read(jobs.map(\.image.file))
        return jobs.map { job in
            var job = job
            job.reading = readings[job.image.file]
            return job
        }
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
        guard exifTool != nil, wantsMetadata(job), let problem = metadataProblem(job) else { return nil }
        // Where something else is wanted, too, that is written first.
        let isUnread =
            if case .metadataUnread = problem { true } else { job.metadata.map { !$0.unreadable.isEmpty } ?? false }
        return isUnread || !wantsFile(job) && !wantsLine(job) ? "\(problem)" : nil
    }

    /// The folders that are written to for an image.
    func folders(_ job: CaptionJob) -> [String] {
        let file = wantsFile(job) ? job.captionFile.map { FileName($0.target).folder } : nil
        let image = wantsMetadata(job) ? job.image.file.resolved.map { FileName($0).folder } : nil
        return [file, image].compactMap { $0 }
    }

    /// Whether the job's caption file is to be written.
    func wantsFile(_ job: CaptionJob) -> Bool {
        job.captionFile != nil && (rule.existing != .skip || job.content == .nothing)
    }

    /// Writes what is missing, or what is to be changed.
    /// - Throws: `ClientError`.
    func write(_ result: AnyJSON, for job: CaptionJob) async throws -> Written {
        let caption = try CaptionText(result, prefix: rule.prefix, suffix: rule.suffix)
        if exifTool != nil, !caption.isText { throw ClientError.placesNotText }
        try writeFile(caption, job)
        var written = Written(caption: caption.isText ? rule.combine(nil, caption.text) : caption.text)
        if wantsMetadata(job) { written.note = try await writeMetadata(caption, job) }
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

    private static func makeFolder(of file: String) throws(ClientError) {
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

    private func wantsMetadata(_ job: CaptionJob) -> Bool {
        guard exifTool != nil else { return false }
        guard rule.existing == .skip, let metadata = job.metadata else { return true }
        if question.asksForTags { return metadata.tags.isEmpty || !metadata.areTagsOurs }
        return metadata.description == nil && metadata.unreadable.isDisjoint(with: ImageMetadata.descriptionFields)
    }

    /// Why the metadata will not be written.
    private func metadataProblem(_ job: CaptionJob) -> ClientError? {
        let file = job.image.file
        if let path = file.resolved, access(ExifTool.leftover(path), F_OK) == 0 {
            return .exifLeftover(ExifTool.leftover(path))
        }
        // What is replaced on purpose need not be read; the owner's tags stay beside ours even where nothing is added.
        if case .failure(let problem) = job.reading { return rule.existing == .overwrite ? nil : problem }
        guard let metadata = job.metadata else { return nil }
        if let type = metadata.type {
            let other = ImageType(name: type, file: FileName(file.path))
            if let other, other.ending == nil { return .misnamed(type: type) }
            if !ImageType.isWritable(type) { return .exifTool("Writing of \(type) files is not yet supported.") }
        }
        guard rule.existing != .overwrite else { return nil }
        let fields = question.asksForTags ? ImageMetadata.tagFields : ImageMetadata.descriptionFields
        return metadata.unreadable.intersection(fields).min().map { .metadataNotText(field: $0) }
    }

    private func writeMetadata(_ caption: CaptionText, _ job: CaptionJob) async throws -> String? {
        if let problem = metadataProblem(job) { throw problem }
        let change = rule.change(caption, isTags: question.asksForTags, of: job.metadata)
        let type = job.metadata?.type.flatMap { ImageType(name: $0, file: FileName(job.image.file.path)) }
        return try await exifTool?.write(change, to: job.image.file, as: type)
    }
}
