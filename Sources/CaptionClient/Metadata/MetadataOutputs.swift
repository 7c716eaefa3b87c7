import Foundation

/// Writes captions as metadata: into the images' own files, into sidecars, or both.
package struct MetadataOutputs: Sendable {
    private let tool: ExifTool
    private let rule: CaptionRule
    /// Whether the answers are lists of tags, which become keywords.
    let isTags: Bool
    /// Whether the images' own files are written; RAW files never are.
    package var writesImages = false
    /// How sidecars are called; `nil` where none are wanted.
    package var sidecars: SidecarStyle?
    /// The language that a description in XMP is marked with.
    package var language = ImageMetadata.anyLanguage
    /// Whether images keep the time of their last change. Sidecars never do: by it programs see that there is news.
    package var keepsTimes = true
    /// Which images are known to have their metadata.
    package var journal: Journal?
    /// The folder that mirrors that of the images, and gets the sidecars.
    package var outputFolder: String?

    /// - Parameter isTags: whether the answers are lists of tags, which become keywords.
    package init(_ tool: ExifTool, rule: CaptionRule, isTags: Bool) {
        self.tool = tool
        self.rule = rule
        self.isTags = isTags
    }

    /// The files that are to get the image's caption.
    func targets(_ image: Image) -> [MetadataTarget] {
        let own = writesImages && !FileKinds.isRaw(FileName(image.name)) ? [MetadataTarget(image: image.file)] : []
        guard let sidecars else { return own }
        let raws = image.raws.map { ImageFile(path: FileName(image.file.path).folder + "/" + $0) }
        let files = sidecars == .darktable ? [image.file] + raws : [raws.first ?? image.file]
        // The image's own file goes last: where it has the caption, so have the others.
        return files.map { MetadataTarget(image: $0, sidecar: sidecar($0, of: image, sidecars)) } + own
    }

    private func sidecar(_ file: ImageFile, of image: Image, _ style: SidecarStyle) -> String {
        guard let outputFolder else { return style.path(for: file.path) }
        let folder = FileName(outputFolder + "/" + image.name).folder
        return style.path(for: folder + "/" + FileName(file.path).last)
    }

    /// Adds to each job what is known of its metadata.
    func read(_ jobs: [CaptionJob]) async -> [CaptionJob] {
        var jobs = jobs
        for index in jobs.indices {
            jobs[index].targets = targets(jobs[index].image)
            jobs[index].isInJournal = isInJournal(jobs[index])
        }
        let sources = Set(jobs.filter { !$0.isInJournal }.flatMap(\.targets).flatMap(\.sources))
        // A sidecar that is not there says nothing; an image that is not there is told of.
        let readings = await tool.read(
            sources.filter { !$0.path.hasSuffix(".xmp") || !$0.isGone || FileLink.isOne($0.path) }, language: language)
        for index in jobs.indices where !jobs[index].isInJournal {
            for target in jobs[index].targets.indices {
                let place = jobs[index].targets[target]
                jobs[index].targets[target].reading = readings[place.file]
                if place.sidecar != nil { jobs[index].targets[target].own = try? readings[place.image]?.get() }
            }
            if !wants(jobs[index]) { note(jobs[index]) }
        }
        return jobs
    }

    /// Whether one of the files lacks what is wanted.
    func wants(_ job: CaptionJob) -> Bool { !wanted(job).isEmpty }

    /// Whether one of the sidecars lacks what is wanted.
    func wantsSidecar(_ job: CaptionJob) -> Bool { wanted(job).contains { $0.sidecar != nil } }

    /// The folders that are written to for an image.
    func folders(_ job: CaptionJob) -> [String] { wanted(job).compactMap(\.folder) }

    private func wanted(_ job: CaptionJob) -> [MetadataTarget] {
        job.isInJournal ? [] : job.targets.filter { $0.isWanted(rule, isTags: isTags) }
    }

    /// Why nothing can be written for an image, whatever the server would say.
    /// - Parameter isAlone: whether nothing else is wanted for it, which would be written first.
    func obstacle(_ job: CaptionJob, isAlone: Bool) -> ClientError? {
        if job.targets.isEmpty, isAlone { return .rawUntouched }
        let wanted = wanted(job)
        let problems = wanted.compactMap { target in target.problem(rule, isTags: isTags).map { (target, $0) } }
        let unread = problems.first { target, problem in
            switch problem {
            case .metadataUnread, .sidecarUnread: true
            default: target.written.map { !$0.unreadable.isEmpty } ?? false
            }
        }
        return unread?.1 ?? (isAlone && problems.count == wanted.count ? problems.first?.1 : nil)
    }

    /// Writes a caption wherever it is wanted.
    /// - Returns: what was not written, as a sentence; `nil` as a rule.
    /// - Throws: `ClientError`, after all that could be written was.
    func write(_ caption: CaptionText, _ job: CaptionJob) async throws -> String? {
        var (notes, failure) = ([String](), (any Error)?.none)
        for target in wanted(job) {
            do {
                if let note = try await write(caption, to: target) { notes.append(note) }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        note(job)
        return notes.isEmpty ? nil : notes.joined(separator: " ")
    }

    private func write(_ caption: CaptionText, to target: MetadataTarget) async throws -> String? {
        if let problem = target.problem(rule, isTags: isTags) { throw problem }
        var change = rule.change(caption, isTags: isTags, of: target.known, language: language)
        guard let sidecar = target.sidecar else {
            let type = target.written?.type.flatMap { ImageType(name: $0, file: FileName(target.image.path)) }
            return try await tool.write(change, to: target.image, as: type, keepsTimes: keepsTimes)
        }
        if !isTags { change.carry(target.hidden) }
        if outputFolder != nil { try CaptionOutputs.makeFolder(of: sidecar) }
        if sidecars == .lightroom, FileKinds.isRaw(FileName(target.image.path)) {
            change.sidecarFor = FileName(target.image.path).ending?.uppercased()
        }
        try await tool.writeSidecar(change.inXMP, sidecar)
        return nil
    }

    private func isInJournal(_ job: CaptionJob) -> Bool {
        rule.existing == .skip && journal?.contains(job.image.name, job.targets.flatMap(\.sources).map(\.path)) ?? false
    }

    private func note(_ job: CaptionJob) {
        if rule.existing == .skip { journal?.add(job.image.name, job.targets.flatMap(\.sources).map(\.path)) }
    }

    /// What is to be told of images whose sidecar is another file's.
    func note(of images: [Image]) -> String? {
        guard sidecars == .lightroom, !writesImages else { return nil }
        let count = images.count { !$0.raws.isEmpty }
        guard count > 0 else { return nil }
        let subject = count == 1 ? "1 picture shares its name" : "\(count) pictures share their names"
        return subject + " with a RAW file, whose sidecar it is; --exif writes into such pictures, too."
    }
}
