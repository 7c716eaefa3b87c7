import ArgumentParser
import CaptionClient

/// What becomes of a folder's captions.
struct CaptionOptions: ParsableArguments {
    @Flag(help: "Replace captions that are there.") var overwrite = false
    @Flag(help: "Add to the end of captions that are there.") var append = false
    @Flag(help: "Add to the beginning of captions that are there.") var prepend = false

    @Option(help: "Text between the old and the new caption; \\n is a new line.") var separator = ", "
    @Option(help: "Text before each caption.") var prefix = ""
    @Option(help: "Text after each caption.") var suffix = ""

    @Option(
        help: ArgumentHelp(
            "Word that each caption begins with, once, however often the command runs.",
            valueName: "word"))
    var trigger: String?

    @Option(
        help: ArgumentHelp(
            "One caption of several tasks, such as '{trigger}, {caption} {tags}'; also {name} and {folder}.",
            valueName: "text"))
    var template: String?

    @Option(help: "File that also gets one JSON object a picture.") var jsonl: String?
    @Flag(help: "Also write the captions into the metadata of the pictures, by exiftool; tags become keywords.")
    var exif = false
    @Flag(help: "Also write the captions into an XMP file beside each picture, by exiftool.") var xmp = false
    @Option(help: "Name of the XMP file of photo.jpg: darktable for photo.jpg.xmp, lightroom for photo.xmp.")
    var xmpStyle = SidecarStyle.darktable
    @Option(help: ArgumentHelp("Language that descriptions in XMP are marked with, such as en.", valueName: "code"))
    var language = ImageMetadata.anyLanguage
    @Flag(inversion: .prefixedNo, help: "Keep the time of the last change of pictures that --exif writes into.")
    var preserveTimes = true
    @Flag(help: "Write no caption files; needs --jsonl, --exif, --xmp or --draw.") var noCaptions = false
    @Option(help: "File that lists the failed pictures and the reasons, as JSON lines.") var failures: String?

    @Option(
        help: ArgumentHelp(
            "Page that shows the pictures, the captions, their words and what has failed, to look at before training.",
            valueName: "file.html"))
    var report: String?
    @Option(help: ArgumentHelp("Seconds between two renewals of the report.", visibility: .hidden))
    var reportInterval = 10.0

    @Flag(help: "Go on with pictures that come into the folder, until Ctrl-C.") var watch = false
    @Option(help: ArgumentHelp("Seconds between two looks at the folder.", visibility: .hidden))
    var watchInterval = 2.0
    @Flag(help: "Don't show the captions.") var quiet = false

    /// Whether options say how metadata is written.
    var isForMetadata: Bool { language != ImageMetadata.anyLanguage || xmpStyle != .darktable || !preserveTimes }

    /// - Throws: `ClientError.emptyTrigger`.
    /// - Parameter placesTrigger: Whether a template says where the trigger stands.
    func rule(placesTrigger: Bool) throws(ClientError) -> CaptionRule {
        let separator = separator.replacing("\\n", with: "\n").replacing("\\t", with: "\t")
        var rule = CaptionRule(existing: existing(separator), prefix: prefix, suffix: suffix)
        guard let trigger else {
            if placesTrigger { throw .badTemplate("it has {trigger}, so it needs --trigger WORD") }
            return rule
        }
        rule.trigger = try Trigger(trigger, separator: separator)
        rule.isTriggerPlaced = placesTrigger
        return rule
    }

    private func existing(_ separator: String) -> ExistingCaption {
        if overwrite { return .overwrite }
        if append { return .append(separator: separator) }
        return prepend ? .prepend(separator: separator) : .skip
    }

    func validate() throws {
        guard [overwrite, append, prepend].count(where: { $0 }) <= 1 else {
            throw ValidationError("Give only one of --overwrite, --append and --prepend.")
        }
        // Those that exiftool takes for one; others it leaves out without a word.
        let code = /[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}(-[A-Za-z0-9]{1,8})*)?/
        guard language == ImageMetadata.anyLanguage || language.wholeMatch(of: code) != nil else {
            throw ValidationError("--language is \"\(language)\": it must be x-default, or a code such as en or de-CH.")
        }
        guard (0.01...86400).contains(reportInterval) else {
            throw ValidationError("--report-interval is \(reportInterval): it must be from 0.01 to 86400 seconds.")
        }
        guard (0.01...86400).contains(watchInterval) else {
            throw ValidationError("--watch-interval is \(watchInterval): it must be from 0.01 to 86400 seconds.")
        }
    }
}

extension SidecarStyle: ExpressibleByArgument {}
