/// What stops the client before or besides a server's answer; each is a sentence for people.
package enum ClientError: Error, Equatable, CustomStringConvertible {
    case badAddress(String)
    case badProxy(variable: String)
    case badKey
    case badTimeout(String)
    case unreadable(String)
    case emptyCaption
    case placesNotText
    /// What is in a drawing's place is none of these.
    case noDrawing(String)
    /// The server does not tell the size of images.
    case noImageSize
    /// The server's places cannot be understood.
    case noPlaces
    case unwritable(file: String, reason: String)
    case diskFull(file: String)
    case folderUnwritable(String)
    case notText(String)
    case linkToNothing(String)
    case listUnread(file: String, reason: String)
    case listReplaced(String)
    case emptyFolder
    case emptyTrigger
    /// A task stands twice among several.
    case repeatedTask(String)
    /// Caption files are neither one nor as many as tasks.
    case wrongExtensions(Int, tasks: Int)
    case badTemplate(String)
    /// A task that finds places is to be part of one caption.
    case joinedPlaces(String)
    /// Why a list or a rule of the clean-up is none.
    case badCleanUp(String)
    case noSuchFolder(String)
    case badExtension(String)
    case noExifTool
    case exifTool(String)
    /// exiftool knows of no place for metadata in files of this kind; why, in its words.
    case exifUnsupported(String)
    case exifLeftover(String)
    case misnamed(type: String)
    case metadataUnread(reason: String)
    case metadataNotText(field: String)
    case sidecarUnread(file: String)
    /// RAW files are never written to.
    case rawUntouched
    case fileInUse(String)
    case notJSONLines(file: String, line: Int)
    case notFailures(String)
    case notReport(String)
    case notUndo(String)
    case noUndo(String)
    /// A shard is to be captioned in a way in which captions stand beside images or in them.
    case shardNeedsFormat(String)
    case undoExists(String)
    /// A file for all captions holds something else.
    case notTable(file: String, record: Int)
    /// A path leads to nothing below the folders that are allowed.
    case notAllowed(String)
    /// An address on the web in the place of a path.
    case notFetched
    /// A path, and no folder is allowed.
    case noRoots
    case server(String)
    /// The server has had no model for as long as it was waited for.
    case noModel(String)

    package var description: String {
        switch self {
        case .badAddress(let text):
            "\"\(text)\" is no server's address. Give one such as http://localhost:54880."
        // Not what it holds, as that may be a password.
        case .badProxy(let variable):
            "\(variable) holds no proxy's address. Give one such as http://proxy:3128."
        case .badKey:
            "VISION_API_KEY holds a character that cannot be sent. A key consists of visible ASCII characters."
        case .badTimeout(let text):
            "VISION_TIMEOUT is \"\(text)\": it must be a number of seconds, 0 for no limit."
        case .unreadable(let reason):
            reason
        case .emptyCaption:
            "The server answered with an empty caption."
        case .placesNotText:
            "This task answers with places in the picture, and --exif can only write text. Use --jsonl for it."
        case .noDrawing(let file):
            "\(file) is none of the drawings that --draw makes, so it was left as it is. Move it away, or give another "
                + "folder."
        case .noImageSize:
            "The server does not say how large the picture is, so nothing can be drawn. Install a newer server."
        case .noPlaces:
            "The server answered with places that cannot be understood, so nothing was drawn."
        case .unwritable(let file, let reason):
            "\(file) cannot be written: \(reason)."
        case .diskFull(let file):
            "The disk is full: \(file) cannot be written. Make room; the same command goes on from here."
        case .folderUnwritable(let folder):
            "Nothing may be written into \(folder). The same command goes on from here."
        case .notText(let file):
            "\(file) is no text in UTF-8, so it was left as it is. Save it as UTF-8, or move it away."
        case .linkToNothing(let file):
            "\(file) is in the way: it is a link that leads nowhere. Delete it, or bring back what it leads to."
        case .listUnread(let file, let reason):
            "\(file) cannot be read, so it was left as it is: \(reason)."
        case .listReplaced(let file):
            "Another file has taken the place of \(file) meanwhile, so it was left as it is."
        case .emptyFolder:
            "The folder is an empty word. A dot means the current folder."
        case .emptyTrigger:
            "--trigger needs a word, such as --trigger mytrigger."
        case .repeatedTask(let task):
            "\(task) stands among the tasks twice."
        case .wrongExtensions(let count, let tasks):
            "There are \(count) extensions and \(tasks) \(tasks == 1 ? "task" : "tasks"). Give one extension, or one for "
                + "each task, such as CAPTION,GENERATE_TAGS txt,tags."
        case .badTemplate(let reason):
            "--template cannot be used: \(reason)."
        case .joinedPlaces(let task):
            "\(task) answers with places in the picture, which are no part of a caption. Give each task an extension of its "
                + "own."
        case .badCleanUp(let reason):
            reason
        case .noSuchFolder(let folder):
            "There is no folder \(folder)."
        case .badExtension(let text):
            "\"\(text)\" cannot be the extension of caption files. Take one that no other file has, such as txt."
        case .noExifTool:
            "--exif needs exiftool, which was not found. Install it (Debian and Ubuntu: apt-get install "
                + "libimage-exiftool-perl), then run this again."
        case .exifTool(let reason):
            "exiftool could not write the metadata: \(reason)"
        case .exifUnsupported(let reason):
            "exiftool could not write the metadata: \(reason) --xmp without --exif writes an XMP file beside the picture "
                + "instead."
        case .exifLeftover(let file):
            "An exiftool that was cut off has left \(file), and writes nothing while that is there. Delete it, if no "
                + "exiftool is at work; the picture is whole."
        case .misnamed(let type):
            "Its content is \(type), its name says something else, and so exiftool does not write into it. Rename it."
        case .metadataUnread(let reason):
            "exiftool could not read what the picture says about itself, so it was left as it is: \(reason)."
        case .metadataNotText(let field):
            "What stands in its \(field) is not UTF-8, so nothing is added to it, and it was left as it is. "
                + "--overwrite replaces it."
        case .sidecarUnread(let file):
            "\(file) is no XMP that can be read, so it was left as it is. Mend it, or move it away."
        case .rawUntouched:
            "Nothing is written into RAW files. --xmp writes a sidecar beside them."
        case .fileInUse(let file):
            "Another vision-client is writing to \(file). Wait for it, or give another file."
        case .notJSONLines(let file, let line):
            "Line \(line) of \(file) is not a JSON object with a file and a prompt, so nothing is added to that file. "
                + "Give another one."
        case .shardNeedsFormat(let file):
            "Nothing can stand beside the pictures in \(file). Give --format webdataset, hf-jsonl, csv or jsonl, and neither "
                + "--exif nor --watch."
        case .notUndo(let file):
            "\(file) is no undo file, so nothing was changed."
        case .noUndo(let file):
            "\(file) is not there, or may not be read, so nothing was put back."
        case .undoExists(let file):
            "\(file) is there already, and an undo file is never written over. Give another one."
        case .notTable(let file, let record):
            "What stands in \(file) (record \(record)) is not what --format writes there, so nothing is added to that file. "
                + "Give another one with --to."
        case .notFailures(let file):
            "\(file) holds something else than a list of failures, so it is not written over. Give another file."
        case .notReport(let file):
            "\(file) holds something else than a report, so it is not written over. Give another file."
        case .notAllowed(let path):
            "There is no \(path.prefix(200)) in the folders that --root allows."
        case .notFetched:
            "Pictures are not fetched from addresses. Give the path of a file in the folders that --root allows, or send "
                + "the picture file itself in base64."
        case .noRoots:
            "This looks like a path or an address, and no files may be read: vision-client mcp --root FOLDER allows "
                + "those of a folder. Else send the picture file itself in base64."
        case .server(let sentence), .noModel(let sentence):
            sentence
        }
    }
}
