import Foundation

/// A file that gets an image's caption as metadata: the image itself, or a sidecar.
struct MetadataTarget: Sendable {
    /// What the caption is of: the image, or a RAW file beside it.
    let image: ImageFile
    /// The sidecar's path; `nil` where the image itself is written.
    let sidecar: String?
    /// What the written file said before, or why that is not known; `nil` when nobody has asked, or it is not there.
    var reading: Result<ImageMetadata, ClientError>?
    /// What the image itself says, where a sidecar is written.
    var own: ImageMetadata?

    init(image: ImageFile, sidecar: String? = nil) {
        self.image = image
        self.sidecar = sidecar
    }

    /// The file that is written.
    var file: ImageFile { sidecar.map(ImageFile.init) ?? image }

    /// The files that say what is known.
    var sources: [ImageFile] { sidecar == nil ? [image] : [file, image] }

    /// What the written file says.
    var written: ImageMetadata? { try? reading?.get() }

    /// What is known; a sidecar stands before what the image says.
    var known: ImageMetadata? {
        guard sidecar != nil else { return written }
        return written.map { $0.over(own) } ?? own
    }

    /// The image's descriptions that a first one in the sidecar would hide, by their languages.
    var hidden: [String: String] {
        guard sidecar != nil, written?.languages.isEmpty ?? true else { return [:] }
        return own?.languages ?? [:]
    }

    /// The folder that is written to; `nil` where there is no file.
    var folder: String? {
        if let sidecar { return FileName((try? FileLink.target(of: sidecar)) ?? sidecar).folder }
        return image.resolved.map { FileName($0).folder }
    }

    /// Whether something is to be written.
    func isWanted(_ rule: CaptionRule, isTags: Bool) -> Bool {
        guard rule.existing == .skip else { return true }
        // What has a problem is wanted: the problem is told.
        if case .failure = reading { return true }
        if isTags { return written.map { $0.tags.isEmpty || !$0.areTagsOurs } ?? true }
        guard let known else { return true }
        return known.description == nil && known.unreadable.isDisjoint(with: ImageMetadata.descriptionFields)
    }

    /// Why the file will not be written.
    func problem(_ rule: CaptionRule, isTags: Bool) -> ClientError? {
        if let path = file.resolved, access(ExifTool.leftover(path), F_OK) == 0 {
            return .exifLeftover(ExifTool.leftover(path))
        }
        if case .failure(let problem) = reading {
            guard let sidecar else { return rule.existing == .overwrite ? nil : problem }
            return .sidecarUnread(file: sidecar)
        }
        guard let written else { return nil }
        if let problem = typeProblem(written) { return problem }
        guard rule.existing != .overwrite else { return nil }
        let fields = isTags ? ImageMetadata.tagFields : ImageMetadata.descriptionFields
        return written.unreadable.intersection(fields).min().map { .metadataNotText(field: $0) }
    }

    private func typeProblem(_ metadata: ImageMetadata) -> ClientError? {
        guard let type = metadata.type else { return nil }
        if let sidecar { return type == "XMP" ? nil : .sidecarUnread(file: sidecar) }
        let other = ImageType(name: type, file: FileName(image.path))
        if let other, other.ending == nil { return .misnamed(type: type) }
        return ImageType.refusal(type).map { .exifUnsupported($0) }
    }
}
