/// A caption file of an image, and what was in its place when it was looked at.
struct PlacedCaption: Sendable {
    let file: CaptionFile
    let content: CaptionFile.Content

    init(path: String) {
        file = CaptionFile(path: path)
        content = file.content()
    }
}

/// One image of a folder, with what is to be written for it.
package struct CaptionJob: Sendable {
    package let image: Image
    /// The caption files, one for each extension; none when none are wanted.
    let files: [PlacedCaption]
    /// The files that are to get the caption as metadata.
    var targets: [MetadataTarget] = []
    /// Whether it is known from an earlier run that these have it.
    var isInJournal = false

    package init(image: Image, captionFiles: [String]) {
        self.image = image
        files = captionFiles.map(PlacedCaption.init)
    }
}
