import Foundation
import VisionAPITypes

/// Captions every image of a folder.
package struct FolderRun: Sendable {
    /// How a run goes about its work.
    package struct Settings: Sendable {
        /// Who gets which caption file, by extension; none when no caption files are wanted.
        package var names: [CaptionNames]
        /// Who gets which sidecar; `nil` where each has one of its own in any case.
        package var sidecarNames: CaptionNames?
        /// What keeps other runs out while there is work: a watch lets them in when it has none.
        package var lock: FolderLock?
        /// How many images are in flight at all servers together.
        package var jobs: Int
        /// Whether that number follows what the servers take.
        package var adaptsJobs = false
        /// The time between two looks for new images; `nil` is one look only.
        package var watchInterval: Duration?
        /// The most images that are asked about.
        package var limit: Int?
        /// Whether it is only told what would be done.
        package var isPlan = false

        package init(names: [CaptionNames], jobs: Int, watchInterval: Duration?) {
            self.names = names
            self.jobs = max(jobs, 1)
            self.watchInterval = watchInterval
        }
    }

    private let folder: ImageFolder
    private let settings: Settings
    private let outputs: CaptionOutputs
    private let failures: FailuresFile?
    private let page: ReportPage?
    private let queue: ServerQueue
    private let report: RunReport
    private let stop: StopSwitch
    private let asking: Slots
    private let writing = Slots(Self.maxUnwritten)

    /// How many answers may wait for their metadata to be written.
    private static let maxUnwritten = 32

    package init(
        folder: ImageFolder, settings: Settings, outputs: CaptionOutputs, failures: FailuresFile?,
        page: ReportPage? = nil, queue: ServerQueue, report: RunReport, stop: StopSwitch
    ) {
        self.folder = folder
        self.settings = settings
        self.outputs = outputs
        self.failures = failures
        self.page = page
        self.queue = queue
        self.report = report
        self.stop = stop
        asking = Slots(settings.jobs)
    }

    /// Works through the folder; with a watch interval, until it is stopped.
    /// - Throws: `ClientError`, when a list cannot be written.
    package func run() async throws {
        let watch = FolderWatch(folder: folder, interval: settings.watchInterval)
        let scout = Task {
            await watch.run { contents in
                for note in contents.notes { report.say(note) }
                for problem in contents.problems {
                    found(1)
                    fail(problem.name, problem.reason, isImage: false)
                }
            }
        }
        let ticker = Task { await tick() }
        let renewer = Task { await renewPage() }
        stop.onStop {
            scout.cancel()
            Task { await queue.stop() }
        }
        if settings.watchInterval != nil { report.watches() }
        await caption(watch)
        for task in [scout, ticker, renewer] {
            task.cancel()
            await task.value
        }
        report.end()
        folder.finish()
        do {
            try outputs.lines?.finish()
            try outputs.collection?.finish()
            try failures?.finish(report.failures)
            try page?.write(failures: report.failures, stop.reason == nil ? .whole : .stopped)
        } catch {
            guard error.endsRun else { throw error }
            stop.stop(.storage("\(error)"))
        }
    }

    private func caption(_ watch: FolderWatch) async {
        await withDiscardingTaskGroup { group in
            var names = settings.names
            var sidecarNames = settings.sidecarNames
            var folders = WritableFolders(given: outputs.outputFolder ?? folder.path)
            var left = settings.limit ?? .max
            for await images in watch.batches {
                guard await settings.lock?.enter(stop) ?? true else { return }
                found(images.count)
                if let note = outputs.metadata.first?.note(of: images) { report.say(note) }
                for index in names.indices { names[index].add(images) }
                sidecarNames?.add(images)
                var pieces = Self.batches(images).makeIterator()
                var ahead = pieces.next().map { look($0, names) }
                while let jobs = await ahead?.value {
                    // What the next ones say of themselves is read while these are captioned.
                    ahead = stop.reason == nil ? pieces.next().map { look($0, names) } : nil
                    for job in jobs where stop.reason == nil && isWanted(job, names, sidecarNames, &folders) {
                        guard left > 0 else { return report.say(Self.limitReached) }
                        left -= 1
                        if settings.isPlan {
                            plan(job.image)
                            continue
                        }
                        await asking.acquire()
                        guard stop.reason == nil else { break }
                        _ = await settings.lock?.enter(stop)
                        group.addTask {
                            await caption(job, watch)
                            await settings.lock?.leave()
                        }
                    }
                }
                await settings.lock?.leave()
            }
        }
    }

    private static let limitReached = "The limit is reached; the same command goes on with the other pictures."

    /// Pieces of the list that are looked at together.
    private static func batches(_ images: [Image]) -> [ArraySlice<Image>] {
        stride(from: 0, to: images.count, by: ExifTool.batchSize).map { start in
            images[start..<min(start + ExifTool.batchSize, images.count)]
        }
    }

    private func look(_ images: ArraySlice<Image>, _ names: [CaptionNames]) -> Task<[CaptionJob], Never> {
        let jobs = images.map { image in CaptionJob(image: image, captionFiles: names.map { $0.file(for: image) }) }
        return Task { await outputs.readMetadata(jobs) }
    }

    private func isWanted(
        _ job: CaptionJob, _ names: [CaptionNames], _ sidecarNames: CaptionNames?, _ folders: inout WritableFolders
    ) -> Bool {
        let conflicts = outputs.filesWanted(job).lazy.compactMap { names[$0].conflict(of: job.image) }
        let sidecar = outputs.wantsSidecar(job) ? sidecarNames?.conflict(of: job.image) : nil
        if let conflict = conflicts.first ?? sidecar {
            fail(job.image.name, conflict)
        } else if let reason = outputs.obstacle(job) {
            fail(job.image.name, reason)
        } else if let reason = outputs.reasonToSkip(job) {
            report.skipped(job.image, reason)
            show(ReportRecord(name: job.image.name, captions: outputs.captionsThere(job), isNew: false))
        } else {
            return canWrite(job, &folders)
        }
        return false
    }

    private func canWrite(_ job: CaptionJob, _ folders: inout WritableFolders) -> Bool {
        for (path, isShared) in outputs.folders(job) {
            switch folders.judge(path, isShared: isShared) {
            case .writable: continue
            case .ends:
                let given = isShared ? ImageFile(path: path).resolved ?? path : outputs.outputFolder ?? folder.path
                stop.stop(.storage("\(ClientError.folderUnwritable(given))"))
            case .fails(let isTold):
                let name = shown(path)
                if !isTold { report.say("\(name): nothing may be written into it; its pictures fail.") }
                fail(job.image.name, "Nothing may be written into its folder.", isTold: true)
            }
            return false
        }
        return true
    }

    /// Tells that an image would be captioned, as far as that can be known.
    private func plan(_ image: Image) {
        do {
            _ = try image.file.stamp()
            report.planned(image)
        } catch {
            fail(image.name, "\(error)")
        }
    }

    /// A folder's path below the given one.
    private func shown(_ path: String) -> String {
        path.hasPrefix(folder.path + "/") ? String(path.dropFirst(folder.path.count + 1)) : path
    }

    private func caption(_ job: CaptionJob, _ watch: FolderWatch) async {
        let path = job.image.file.path
        if let member = job.image.member {
            do { try member.extract(to: path) } catch {
                end(job, error)
                return await asking.release()
            }
        }
        defer { if job.image.member != nil { unlink(path) } }
        var query = outputs.query(for: job)
        if page?.wantsThumbnail(job.image) ?? false { query.thumbnailSide = ReportPage.thumbnailSide }
        switch await queue.ask(query, about: job.image.file, onWait: { report.waits($0.sentence) }) {
        case .answered(let result, let size, let thumbnail):
            if settings.adaptsJobs { await asking.resize(queue.capacity) }
            let answer = Answer(tasks: TaskAnswers(result, to: query), size: size, thumbnail: thumbnail)
            return await write(answer, job, watch)
        case .failed(let reason): fail(job.image.name, reason)
        case .over(let sentences, let mayPass): stop.stop(.servers(sentences, mayPass: mayPass))
        case .stopped: break
        }
        await asking.release()
    }

    /// What a server has said of an image.
    private struct Answer {
        let tasks: TaskAnswers
        let size: ImageSize?
        let thumbnail: String?
    }

    /// Writes an answer; metadata is written while the next image is asked about.
    private func write(_ answer: Answer, _ job: CaptionJob, _ watch: FolderWatch) async {
        guard !outputs.metadata.isEmpty else {
            await writeNow(answer, job, watch)
            return await asking.release()
        }
        await writing.acquire()
        await asking.release()
        await writeNow(answer, job, watch)
        await writing.release()
    }

    private func writeNow(_ answer: Answer, _ job: CaptionJob, _ watch: FolderWatch) async {
        do {
            let written = try await outputs.write(answer.tasks, answer.size, for: job)
            report.captioned(job.image, written)
            watch.settle(job.image)
            show(
                ReportRecord(name: job.image.name, captions: written.captions, isNew: true, note: written.note),
                answer.thumbnail)
        } catch let error as ClientError {
            end(job, error)
        } catch {
            fail(job.image.name, "The caption cannot be written: \(SystemReason.text(error)).")
        }
    }

    private func end(_ job: CaptionJob, _ error: ClientError) {
        if error.endsRun { stop.stop(.storage("\(error)")) } else { fail(job.image.name, error.description) }
    }

    private func fail(_ name: String, _ reason: String, isTold: Bool = false, isImage: Bool = true) {
        report.failed(name, reason, isTold: isTold, isImage: isImage)
        if isImage { page?.failed(name) }
        do {
            try failures?.append(FailureLine(file: name, error: reason))
        } catch {
            stop.stop(.storage("\(error)"))
        }
    }

    private func found(_ count: Int) {
        report.found(count)
        page?.found(count)
    }

    /// Puts an image on the page.
    private func show(_ record: ReportRecord, _ thumbnail: String? = nil) {
        do {
            try page?.add(record, thumbnail: thumbnail)
        } catch {
            stop.stop(.storage("\(error)"))
        }
    }

    private func renewPage() async {
        guard let page else { return }
        while (try? await Task.sleep(for: page.pause)) != nil, stop.reason == nil {
            do {
                try page.write(failures: report.failures, .going)
            } catch {
                stop.stop(.storage("\(error)"))
            }
        }
    }

    private func tick() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil { report.refresh() }
    }
}
