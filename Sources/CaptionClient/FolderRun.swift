import Foundation

/// Captions every picture of a folder.
package struct FolderRun: Sendable {
    /// How a run goes about its work.
    package struct Settings: Sendable {
        /// Who gets which caption file; `nil` when no caption files are wanted.
        package var names: CaptionNames?
        /// How many pictures are in flight at all servers together.
        package var jobs: Int
        /// The time between two looks for new pictures; `nil` is one look only.
        package var watchInterval: Duration?

        package init(names: CaptionNames?, jobs: Int, watchInterval: Duration?) {
            self.names = names
            self.jobs = max(jobs, 1)
            self.watchInterval = watchInterval
        }
    }

    private let folder: PictureFolder
    private let settings: Settings
    private let outputs: CaptionOutputs
    private let failures: FailuresFile?
    private let queue: ServerQueue
    private let report: RunReport
    private let stop: StopSwitch

    package init(
        folder: PictureFolder, settings: Settings, outputs: CaptionOutputs, failures: FailuresFile?, queue: ServerQueue,
        report: RunReport, stop: StopSwitch
    ) {
        self.folder = folder
        self.settings = settings
        self.outputs = outputs
        self.failures = failures
        self.queue = queue
        self.report = report
        self.stop = stop
    }

    /// Works through the folder; with a watch interval, until it is stopped.
    /// - Throws: `ClientError`, when a list cannot be written.
    package func run() async throws {
        let watch = FolderWatch(folder: folder, interval: settings.watchInterval)
        let scout = Task {
            await watch.run { name, reason in
                report.found(1)
                fail(name, reason)
            }
        }
        let ticker = Task { await tick() }
        stop.onStop {
            scout.cancel()
            Task { await queue.stop() }
        }
        if settings.watchInterval != nil { report.watches() }
        await caption(watch)
        for task in [scout, ticker] {
            task.cancel()
            await task.value
        }
        report.end()
        try outputs.lines?.finish()
        try failures?.finish(report.failures)
    }

    private func caption(_ watch: FolderWatch) async {
        var names = settings.names
        await withTaskGroup(of: Void.self) { group in
            var inFlight = 0
            for await pictures in watch.batches {
                report.found(pictures.count)
                names?.add(pictures)
                let jobs = pictures.compactMap { job($0, names) }
                for batch in Self.batches(jobs) where stop.reason == nil {
                    for job in await outputs.readMetadata(batch).filter(isWanted) where stop.reason == nil {
                        if inFlight == settings.jobs, await group.next() != nil { inFlight -= 1 }
                        guard stop.reason == nil else { break }
                        inFlight += 1
                        group.addTask { await caption(job, watch) }
                    }
                }
            }
        }
    }

    /// Pieces of the list whose metadata is read together.
    private static func batches(_ jobs: [CaptionJob]) -> [[CaptionJob]] {
        stride(from: 0, to: jobs.count, by: ExifTool.batchSize).map { start in
            Array(jobs[start..<min(start + ExifTool.batchSize, jobs.count)])
        }
    }

    private func job(_ picture: Picture, _ names: CaptionNames?) -> CaptionJob? {
        let job = CaptionJob(picture: picture, captionFile: names?.file(for: picture))
        guard outputs.wantsFile(job), let rivals = names?.rivals(of: picture), !rivals.isEmpty else { return job }
        let others = rivals.map(\.name).joined(separator: " and ")
        fail(picture.name, "Its caption would be in the same file as that of \(others). Rename all but one of them.")
        return nil
    }

    private func isWanted(_ job: CaptionJob) -> Bool {
        guard outputs.isDone(job) else { return true }
        report.skipped(job.picture)
        return false
    }

    private func caption(_ job: CaptionJob, _ watch: FolderWatch) async {
        let outcome = await queue.ask(outputs.question, about: job.picture.file) { report.waits($0.sentence) }
        switch outcome {
        case .answered(let result):
            do {
                report.captioned(job.picture, try await outputs.write(result, for: job))
                watch.settle(job.picture)
            } catch let error as ClientError {
                fail(job.picture.name, error.description)
            } catch {
                fail(job.picture.name, "The caption cannot be written: \(SystemReason.text(error)).")
            }
        case .failed(let reason): fail(job.picture.name, reason)
        case .over(let sentences): stop.stop(.servers(sentences))
        case .stopped: break
        }
    }

    private func fail(_ name: String, _ reason: String) {
        report.failed(name, reason)
        failures?.append(FailureLine(file: name, error: reason))
    }

    private func tick() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil { report.refresh() }
    }
}
