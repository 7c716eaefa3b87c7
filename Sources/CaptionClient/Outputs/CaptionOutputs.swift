import CaptionCleaning
import Foundation
import VisionAPITypes

/// The places that a folder's captions are written to.
package struct CaptionOutputs: Sendable {
    /// What is asked about an image for which everything is missing.
    let question: CaptionQuery
    let plan: CaptionPlan
    let rule: CaptionRule
    let lines: JSONLinesFile?
    /// One file for all captions, as a trainer reads it.
    let collection: (any CaptionCollection)?
    /// One for descriptions, one for tags, as the tasks answer them; none where no metadata is written.
    let metadata: [MetadataOutputs]
    /// Where answers are drawn; `nil` where they are not.
    package var drawings: DrawingFiles?
    let gate: AtomicFileWriter
    /// The folder that mirrors that of the images, and gets the caption files; its folders are made when they are needed.
    package var outputFolder: String?

    package init(
        question: CaptionQuery, plan: CaptionPlan, rule: CaptionRule, lines: JSONLinesFile?,
        collection: (any CaptionCollection)? = nil, metadata: [MetadataOutputs], gate: AtomicFileWriter
    ) {
        self.question = question
        self.plan = plan
        self.rule = rule
        self.lines = lines
        self.collection = collection
        self.metadata = metadata
        self.gate = gate
    }

    /// What was written for an image.
    struct Written {
        /// What is new, as it is told.
        var caption: String
        /// All captions that the image has now, by their numbers; `nil` where there is none.
        var captions: [String?] = []
        /// What could not be written beside it, as a sentence.
        var note: String?
    }

    /// Adds to each job what is known of its metadata.
    func readMetadata(_ jobs: [CaptionJob]) async -> [CaptionJob] {
        guard let first = metadata.first else { return jobs }
        return await first.read(jobs)
    }

    /// Why an image is left out that has everything that is wanted from an earlier run; `nil` when something is missing.
    func reasonToSkip(_ job: CaptionJob) -> SkipReason? {
        guard rule.existing == .skip, !wantsFile(job), linesWanted(job).isEmpty, !wantsEntry(job), !wantsMetadata(job),
            !wantsDrawing(job)
        else { return nil }
        if !job.files.isEmpty || lines != nil || collection != nil { return .captioned }
        if metadata.isEmpty { return .drawn }
        return plan.tasks(answeringTags: false).isEmpty ? .tagged : .described
    }

    /// Why nothing can be written for an image, whatever the server would say.
    func obstacle(_ job: CaptionJob) -> String? {
        for case .foreign(let reason) in job.files.map(\.content) { return reason }
        if let reason = drawings?.obstacle(job.image.name) { return reason }
        let isAlone = !wantsFile(job) && linesWanted(job).isEmpty && !wantsEntry(job) && !wantsDrawing(job)
        return metadata.lazy.compactMap { $0.obstacle(job, isAlone: isAlone) }.first.map { "\($0)" }
    }

    /// The folders that are written to for an image, and whether all other images need them, too.
    func folders(_ job: CaptionJob) -> [(path: String, isShared: Bool)] {
        let files = filesWanted(job).map { FileName(job.files[$0].file.target).folder }
        let own = (files + metadata.flatMap { $0.folders(job) }).map { (path: $0, isShared: false) }
        guard wantsDrawing(job), let drawings else { return own }
        let drawn = drawings.folder(job.image.name)
        return own + [(drawn, drawings.isRoot(drawn))]
    }

    /// The job's caption files that are to be written, by their numbers.
    func filesWanted(_ job: CaptionJob) -> [Int] {
        job.files.indices.filter { rule.existing != .skip || job.files[$0].content == .nothing }
    }

    /// Whether one of the job's sidecars is to be written.
    func wantsSidecar(_ job: CaptionJob) -> Bool { metadata.contains { $0.wantsSidecar(job) } }

    func wantsFile(_ job: CaptionJob) -> Bool { !filesWanted(job).isEmpty }

    /// What the server is asked for a job: the tasks of which something is missing.
    func query(for job: CaptionJob) -> CaptionQuery {
        var query = question
        guard plan.tasks.count > 1 else { return query }
        let isAllWanted = wantsEntry(job) || wantsMetadata(job) || wantsDrawing(job)
        let wanted =
            isAllWanted
            ? Set(plan.tasks.prompts.indices)
            : Set(linesWanted(job) + filesWanted(job).flatMap { plan.tasks(ofFile: $0) })
        query.prompts = wanted.sorted().map { plan.tasks.prompts[$0] }
        return query
    }

    /// Writes what is missing, or what is to be changed.
    /// - Throws: `ClientError`.
    func write(_ answers: TaskAnswers, _ size: ImageSize?, for job: CaptionJob) async throws -> Written {
        let texts = plan.texts(answers)
        if !metadata.isEmpty, texts.contains(where: { $0.map { !$0.isText } ?? false }) {
            throw ClientError.placesNotText
        }
        var written = Written(caption: "", captions: captionsThere(job))
        var isEmpty = false
        for file in 0..<max(job.files.count, captionCount) {
            let isFile = file < job.files.count
            guard isFile ? filesWanted(job).contains(file) : isShown(file, texts) else { continue }
            guard let caption = try plan.caption(texts, file: file, rule: rule, name: job.image.name) else {
                isEmpty = true
                continue
            }
            let text = caption.isText ? rule.combine(nil, caption.text) : caption.text
            written.captions[file] = isFile ? try writeFile(caption, job.files[file]) : text
            written.caption += (written.caption.isEmpty ? "" : " | ") + text
        }
        // What the others have said is not lost.
        if isEmpty { throw ClientError.emptyCaption }
        if texts.contains(where: { $0?.isKept ?? false }) { written.note = Self.keptNote }
        if let note = try await writeMetadata(texts, job) { written.note = note }
        if wantsDrawing(job) {
            let results = plan.tasks.prompts.compactMap { answers[$0] }
            try drawings?.write(
                results, name: job.image.name, image: job.image.file, isTemporary: job.image.member != nil, size: size)
        }
        // What says that an image is done goes last.
        if wantsEntry(job) { try collection?.append(try entry(texts, job)) }
        for task in linesWanted(job) {
            if let text = texts[task] { try lines?.append(try line(text, task, job)) }
        }
        return written
    }

    private static let keptNote = "The clean-up would have left nothing, so the model's own text was kept."

    /// How many captions there are where there are no caption files.
    private var captionCount: Int { if case .each = plan.layout { plan.tasks.count } else { 1 } }

    /// The captions that an image has from an earlier run, by their numbers, as far as they can be read at once: in its
    /// files when these were looked at, else in a list, else in its metadata.
    func captionsThere(_ job: CaptionJob) -> [String?] {
        plan.channels.enumerated().map { number, channel in
            if number < job.files.count { return job.files[number].content.text }
            return listed(job.image.name, number) ?? described(job, channel)
        }
    }

    private func described(_ job: CaptionJob, _ channel: CaptionChannel) -> String? {
        let known = job.targets.lazy.compactMap(\.known)
        guard channel.isTags else { return known.compactMap(\.description).first }
        return known.map(\.tags).first { !$0.isEmpty }?.joined(separator: ", ")
    }

    private func listed(_ name: String, _ number: Int) -> String? {
        let (text, tags) = collection?.captions(of: name) ?? (nil, nil)
        let channels = plan.channels
        // What is not tags is in one text, whatever the tasks.
        let isFirst = !channels[..<number].contains { $0.isTags == channels[number].isTags }
        let isAlone = channels.count == 1
        let found = channels[number].isTags ? tags ?? (isAlone ? text : nil) : text
        if let found, isFirst { return found }
        guard plan.tasks.count == channels.count else { return nil }
        return lines?.result(file: name, prompt: plan.tasks.prompts[number])
    }

    private func isShown(_ caption: Int, _ texts: [TaskText?]) -> Bool {
        plan.tasks(ofFile: caption).contains { texts[$0] != nil }
    }

    /// - Returns: what the file holds now.
    private func writeFile(_ caption: CaptionText, _ placed: PlacedCaption) throws(ClientError) -> String {
        // The answer may have taken minutes, in which somebody else has written there.
        var old: String?
        var isMarked = false
        switch placed.file.content() {
        case .nothing: break
        case .caption(let text, _) where rule.existing == .skip: return text
        case .caption(let text, let mark):
            old = text
            isMarked = mark
        case .foreign(let reason): throw .unreadable(reason)
        }
        if outputFolder != nil { try Self.makeFolder(of: placed.file.path) }
        let text = caption.isText ? rule.combine(old, caption.text) : rule.existing.combine(old, caption.text)
        try gate.replace(placed.file.path, with: CaptionFile.bytes(of: text, isMarked: isMarked))
        return text
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

    /// The tasks that have no line of the image yet.
    private func linesWanted(_ job: CaptionJob) -> [Int] {
        guard let lines else { return [] }
        return plan.tasks.prompts.indices.filter {
            rule.existing != .skip || !lines.contains(file: job.image.name, prompt: plan.tasks.prompts[$0])
        }
    }

    /// One task has the whole caption in its line; of several each has its answer.
    private func line(_ text: TaskText, _ task: Int, _ job: CaptionJob) throws -> CaptionLine {
        var result = text.clean
        if plan.tasks.count == 1, text.isText {
            let caption = try plan.caption([text], file: 0, rule: rule, name: job.image.name)
            if let caption { result = .string(rule.combine(nil, caption.text)) }
        }
        var line = CaptionLine(file: job.image.name, prompt: plan.tasks.prompts[task], result: result)
        if text.isText, !plan.cleanUp.isEmpty { line.raw = text.raw }
        line.setDetail(text.detail)
        return line
    }

    private func wantsEntry(_ job: CaptionJob) -> Bool {
        guard let collection else { return false }
        return rule.existing != .skip || !collection.contains(job.image.name)
    }

    private func entry(_ texts: [TaskText?], _ job: CaptionJob) throws -> CaptionEntry {
        var captions: [String] = []
        for caption in 0..<captionCount {
            guard let text = try plan.caption(texts, file: caption, rule: rule, name: job.image.name) else { continue }
            // Of captions that are read together only the first one begins with the trigger.
            let own = text.isText && captions.isEmpty ? rule.combine(nil, text.text) : texts[caption]?.text
            captions.append(own ?? text.text)
        }
        let isTags = plan.tasks.tasks.map { $0?.isTags ?? false }
        return CaptionEntry(
            image: job.image, captions: captions, areTags: captions.count == isTags.count ? isTags : [false])
    }

    private func wantsDrawing(_ job: CaptionJob) -> Bool {
        guard let drawings else { return false }
        return rule.existing != .skip || !drawings.contains(job.image.name)
    }

    private func wantsMetadata(_ job: CaptionJob) -> Bool { metadata.contains { $0.wants(job) } }

    /// Writes what the tasks say into metadata: of text tasks the descriptions, of tags the keywords.
    private func writeMetadata(_ texts: [TaskText?], _ job: CaptionJob) async throws -> String? {
        var notes: [String] = []
        for metadata in metadata where metadata.wants(job) {
            let answers = plan.tasks(answeringTags: metadata.isTags).compactMap { texts[$0]?.text }
            let text = answers.filter { !$0.isEmpty }.joined(separator: metadata.isTags ? ", " : " ")
            guard !text.isEmpty else { continue }
            let caption = try CaptionText(.string(text), prefix: rule.prefix, suffix: rule.suffix)
            if let note = try await metadata.write(caption, job) { notes.append(note) }
        }
        return notes.isEmpty ? nil : notes.joined(separator: " ")
    }
}
