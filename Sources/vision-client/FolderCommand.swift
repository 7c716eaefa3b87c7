import ArgumentParser
import CaptionClient
import Foundation

/// Captions a folder of images.
struct FolderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "folder",
        abstract: "Caption every picture below a folder, into a text file beside each.",
        discussion: "photo.jpg gets photo.txt. A picture that has its caption already is skipped, so a run that was "
            + "interrupted is gone on with by the same command. A second run on one folder waits until the first has "
            + "no work there. Ctrl-C lets the pictures in flight be finished; a second one ends at once.")

    @Argument(help: "Task, such as CAPTION, or several, such as CAPTION,GENERATE_TAGS.") var prompt: String
    @Argument(
        help: ArgumentHelp(
            "Extension of the caption files, such as txt, or one for each task, such as txt,tags; none with --format.",
            valueName: "caption_extension"))
    var captionExtension: String
    @Argument(help: "Folder with the pictures.") var folder: String?

    @OptionGroup(title: "Captions") var captions: CaptionOptions
    @OptionGroup(title: "Clean-up, in this order") var cleanUp: CleanUpOptions
    @OptionGroup(title: "Formats") var formats: FormatOptions
    @OptionGroup(title: "Files") var places: PlaceOptions
    @OptionGroup(title: "Drawings") var drawings: DrawingOptions
    @OptionGroup(title: "Pictures") var selection: SelectionOptions
    @OptionGroup(title: "Servers") var servers: FolderServerOptions
    @OptionGroup(title: "Generation") var questionOptions: QuestionOptions

    /// With a format of one file no extension has to be given.
    private var folderPath: String { folder ?? captionExtension }
    private var extensions: [String] {
        let parts = captionExtension.split(separator: ",", omittingEmptySubsequences: false)
        return folder == nil ? [] : parts.map { String($0.drop { $0 == " " }) }
    }

    func run() async throws {
        let stop = StopSwitch()
        try await withServers(servers.server) { servers in
            let gate = AtomicFileWriter()
            let environment = ProcessInfo.processInfo.environment
            let exifTool = try captions.exif || captions.xmp ? ExifTool(environment: environment) : nil
            let report = runReport()
            let signals = StopSignals(
                onFirst: {
                    report.say("Stopping when the pictures in flight are done; Ctrl-C again ends at once.")
                    stop.stop(.user)
                },
                onSecond: { status in
                    exifTool?.interrupt()
                    report.end()
                    gate.exit(status)
                })
            defer { signals.ignore() }
            let lock = lock(report)
            guard await lock?.enter(stop) ?? true else { throw ExitCode(signals.status) }
            let run = try folderRun(servers, lock, exifTool: exifTool, gate: gate, report: report, stop: stop)
            // From here on the run says when it has work.
            if captions.watch { await lock?.leave() }
            try await run.run()
            try end(report, stop, signals)
        }
    }

    /// What keeps a second run out; `nil` where nothing is written.
    private func lock(_ report: RunReport) -> FolderLock? {
        guard !selection.dryRun else { return nil }
        return FolderLock(folderPath) {
            report.say("Another vision-client is at work in \(folderPath). This one waits until that is done.")
        }
    }

    private func runReport() -> RunReport {
        let terminal = Terminal(environment: ProcessInfo.processInfo.environment)
        guard selection.dryRun else { return RunReport(terminal: terminal, isQuiet: captions.quiet) }
        return RunReport(terminal: terminal, isQuiet: captions.quiet) { line in try? AnswerOutput.print(line) }
    }

    private func folderRun(
        _ remotes: [RemoteServer], _ lock: FolderLock?, exifTool: ExifTool?, gate: AtomicFileWriter, report: RunReport,
        stop: StopSwitch
    ) throws -> FolderRun {
        let folder = try imageFolder()
        let plan = try captionPlan()
        let outputs = try outputs(folder, plan, exifTool, gate)
        let names = try formats.format == .txt && !captions.noCaptions ? extensions.map(captionNames) : []
        var settings = FolderRun.Settings(
            names: names, jobs: (servers.jobs.slots ?? ServerPool.firstSlots) * remotes.count,
            watchInterval: captions.watch ? .seconds(captions.watchInterval) : nil)
        settings.adaptsJobs = servers.jobs.slots == nil
        settings.limit = selection.limit
        settings.isPlan = selection.dryRun
        settings.sidecarNames = sidecarNames
        settings.lock = lock
        let patience: Duration? = captions.watch ? nil : .seconds(servers.patience)
        return FolderRun(
            folder: folder, settings: settings, outputs: outputs,
            failures: try selection.dryRun ? nil : captions.failures.map { try FailuresFile(path: $0, gate: gate) },
            page: try selection.dryRun ? nil : captions.report.map { try page($0, folder, plan, gate) },
            queue: ServerQueue(remotes, slots: servers.jobs.slots, patience: patience), report: report, stop: stop)
    }

    private func captionPlan() throws(ClientError) -> CaptionPlan {
        let tasks = try TaskList(prompt)
        return try CaptionPlan(
            tasks: tasks, extensions: formats.format.partsTasks ? tasks.count : max(extensions.count, 1),
            template: captions.template, cleanUp: try cleanUp.cleanUp())
    }

    private func captionNames(_ fileExtension: String) throws(ClientError) -> CaptionNames {
        var names = try CaptionNames(fileExtension: fileExtension)
        names.keepsWholeNames = places.fullNames
        names.outputFolder = places.outputFolder
        return names
    }

    private var sidecarNames: CaptionNames? {
        guard captions.xmp, captions.xmpStyle == .lightroom else { return nil }
        var names = CaptionNames.lightroomSidecars
        names.outputFolder = places.outputFolder
        return names
    }

    private func outputs(
        _ folder: ImageFolder, _ plan: CaptionPlan, _ exifTool: ExifTool?, _ gate: AtomicFileWriter
    ) throws -> CaptionOutputs {
        var question = questionOptions.question(prompt)
        question.prompts = plan.tasks.prompts
        question.isDetailed = formats.format == .lines
        let rule = try captions.rule(placesTrigger: plan.placesTrigger)
        let path = formats.path(for: ImageFolder.isShard(folderPath) ? folderPath : folder.path)
        let list = captions.jsonl ?? (formats.format == .lines ? path : nil)
        var outputs = CaptionOutputs(
            question: question, plan: plan, rule: rule, lines: try list.map { try lines($0, gate) },
            collection: try collection(path, folder, gate),
            metadata: try exifTool.map { try metadata($0, folder, plan, rule) } ?? [], gate: gate)
        outputs.outputFolder = places.outputFolder
        outputs.drawings = drawings.files(gate)
        return outputs
    }

    /// One file for all captions; where it is only told what would be done, none is made or changed.
    private func collection(
        _ path: String, _ folder: ImageFolder, _ gate: AtomicFileWriter
    ) throws(ClientError) -> (any CaptionCollection)? {
        let format = formats.format
        guard selection.dryRun, format != .txt, format != .lines else {
            return try format.collection(path: path, folder: folder.path, shardCount: formats.shard, gate: gate)
        }
        return try UnchangedCollection(format, path: path, folder: folder.path)
    }

    /// Text files have no place beside what is in a shard.
    private func imageFolder() throws(ClientError) -> ImageFolder {
        let isShard = ImageFolder.isShard(folderPath)
        let writesMetadata = captions.exif || captions.xmp
        guard formats.takesShards || captions.noCaptions, !writesMetadata, !captions.watch else {
            guard !isShard else { throw .shardNeedsFormat(folderPath) }
            return try ImageFolder(path: folderPath, selection: selection.selection())
        }
        let spool = ShardSpool()
        if isShard { return try ImageFolder(shard: folderPath, spool: spool) }
        var selection = try selection.selection()
        (selection.spool, selection.output) = (spool, formats.format == .shards ? formats.to : nil)
        return try ImageFolder(path: folderPath, selection: selection)
    }

    /// Descriptions, tags or both, as the tasks answer them.
    private func metadata(
        _ exifTool: ExifTool, _ folder: ImageFolder, _ plan: CaptionPlan, _ rule: CaptionRule
    ) throws(ClientError) -> [MetadataOutputs] {
        let kinds = [false, true].filter { plan.answersTags($0) }
        return kinds.map { isTags in
            var metadata = MetadataOutputs(exifTool, rule: rule, isTags: isTags)
            metadata.writesImages = captions.exif
            metadata.sidecars = captions.xmp ? captions.xmpStyle : nil
            metadata.language = captions.language
            metadata.keepsTimes = captions.preserveTimes
            metadata.outputFolder = places.outputFolder
            // One journal cannot tell which of two kinds an image has.
            if kinds.count == 1, !selection.dryRun, let state = Journal.folder(ProcessInfo.processInfo.environment) {
                let kind =
                    "\(isTags ? "tags" : captions.language) \(captions.exif) \(captions.xmp) \(captions.xmpStyle)"
                metadata.journal = Journal(folder: state, subject: "\(kind) of \(folder.realPath)")
            }
            return metadata
        }
    }

    private func page(
        _ path: String, _ folder: ImageFolder, _ plan: CaptionPlan, _ gate: AtomicFileWriter
    ) throws(ClientError) -> ReportPage {
        let name = ImageFolder.isShard(folderPath) ? folderPath : folder.realPath
        return try ReportPage(
            path: path, folder: name, plan: plan, interval: .seconds(captions.reportInterval), gate: gate)
    }

    /// A file of lines; where it is only told what would be done, a copy of it.
    private func lines(_ path: String, _ gate: AtomicFileWriter) throws(ClientError) -> JSONLinesFile {
        guard selection.dryRun, let copy = FileCopy(of: path) else { return try JSONLinesFile(path: path, gate: gate) }
        return try JSONLinesFile(path: copy.path, gate: gate)
    }

    func validate() throws {
        guard folder != nil || formats.format != .txt else {
            throw ValidationError("Missing expected argument '<folder>'")
        }
        let hasOutput = captions.exif || captions.xmp || captions.jsonl != nil || drawings.draw != nil
        guard !captions.noCaptions || hasOutput else {
            throw ValidationError(
                "With --no-captions the captions would go nowhere. Add --jsonl FILE, --exif, --xmp or --draw FOLDER.")
        }
        guard drawings.draw == nil || formats.format != .lines else {
            throw ValidationError("--draw draws no answers that come with details: leave --format jsonl out.")
        }
        try formats.validate(extensions: extensions, keepsFullNames: places.fullNames)
        guard formats.format == .txt || places.outputDir == nil || captions.xmp else {
            throw ValidationError("--output-dir is for files beside the pictures; --to says where --format writes.")
        }
        guard captions.exif || captions.xmp || !captions.isForMetadata else {
            throw ValidationError("--language, --xmp-style and --no-preserve-times need --exif or --xmp.")
        }
        guard formats.format == .txt || !captions.append && !captions.prepend else {
            throw ValidationError("--append and --prepend are for text files beside the pictures, not for --format.")
        }
        guard formats.format != .shards || !captions.overwrite else {
            throw ValidationError("Shards are only added to: --overwrite is not for webdataset.")
        }
        guard !captions.watch || !selection.dryRun && selection.limit == nil && selection.filesFrom == nil else {
            throw ValidationError("--watch goes on for ever: it goes with neither --limit, --dry-run nor --files-from.")
        }
    }

    /// - Throws: the exit code, when it is not 0.
    private func end(_ report: RunReport, _ stop: StopSwitch, _ signals: StopSignals) throws {
        if case .servers(let sentences, let mayPass) = stop.reason {
            for sentence in sentences { report.say(mayPass ? "The run has ended early: \(sentence)" : sentence) }
            if mayPass { report.say("The same command goes on with the other pictures.") }
            throw ExitCode.failure
        }
        if case .storage(let sentence) = stop.reason {
            report.say(sentence)
            throw ExitCode.failure
        }
        // Who stops a run at once may do so before the folder was seen.
        if report.progress.total == 0, stop.reason == nil {
            report.say(
                selection.isNarrow
                    ? "The options leave no pictures in \(folderPath)." : "There are no pictures in \(folderPath).")
        }
        // A watch has no other end than being stopped.
        if stop.reason == .user, !captions.watch { throw ExitCode(signals.status) }
        if report.progress.failed > 0 { throw ExitCode.failure }
    }
}
