import Foundation
import Synchronization

/// The file that shows a run's captions to people, as one page of HTML, from the beginning of the run on.
package final class ReportPage: Sendable {
    private struct State {
        var book: ReportBook
        var found = 0
        /// The keys of images that have failed last.
        var failed: Set<UInt64> = []
        /// How long the file took to be written last.
        var cost = Duration.zero
    }

    private let path: String
    private let heading: ReportHTML.Heading
    private let gate: AtomicFileWriter
    private let interval: Duration
    private let state: Mutex<State>

    /// The longest side of the thumbnails.
    static let thumbnailSide = 160
    /// How much of the time may go into writing the file while the run goes on.
    private static let share = 20
    /// More than a page has, whatever servers and images say.
    private static let maxSize = 256 << 20

    /// Makes the page, with nothing on it yet; a page that is there stays until the first renewal, and its thumbnails
    /// are taken over.
    /// - Parameters:
    ///   - folder: the images' folder.
    ///   - interval: the shortest time between two renewals.
    /// - Throws: `ClientError.listUnread`, `.unwritable`, `.diskFull`; `.notReport`, when the file is something else.
    package init(
        path: String, folder: String, plan: CaptionPlan, interval: Duration, gate: AtomicFileWriter
    ) throws(ClientError) {
        (self.path, self.gate, self.interval) = (path, gate, interval)
        heading = ReportHTML.Heading(folder: folder, tasks: plan.tasks.prompts)
        var book = try ReportBook(path: path, channels: plan.channels)
        let thumbnails = try Self.thumbnails(path)
        try book.keep(thumbnails)
        state = Mutex(State(book: book))
        if thumbnails.isEmpty { try write(failures: [], .going) }
    }

    /// The time until the file is to be renewed.
    var pause: Duration { state.withLock { max(interval, $0.cost * Self.share) } }

    /// Whether an image's thumbnail is wanted.
    func wantsThumbnail(_ image: Image) -> Bool { state.withLock { $0.book.admits(image.name) } }

    func found(_ count: Int) {
        state.withLock { $0.found += count }
    }

    /// An image has its captions, now or from an earlier run.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    func add(_ record: ReportRecord, thumbnail: String? = nil) throws(ClientError) {
        let result = state.withLock { state in
            Result { () throws(ClientError) in
                let wasKnown = try state.book.add(record, thumbnail: thumbnail)
                // An image that is tried again was found again, and counts once.
                if state.failed.remove(ReportBook.key(record.name)) != nil || wasKnown { state.found -= 1 }
            }
        }
        try result.get()
    }

    /// An image has failed.
    func failed(_ name: String) {
        state.withLock { state in
            let wasKnown = state.book.remove(name)
            if !state.failed.insert(ReportBook.key(name)).inserted || wasKnown { state.found -= 1 }
        }
    }

    /// Writes the file anew.
    /// - Parameter failures: the images that have failed, by their names.
    /// - Throws: `ClientError.unwritable`, `.diskFull`.
    func write(failures: [FailureLine], _ stage: ReportHTML.Stage) throws(ClientError) {
        let result = state.withLock { state in
            Result { () throws(ClientError) in
                let start = ContinuousClock.now
                state.book.makeRoom(failures: failures.count)
                let html = ReportHTML(
                    heading: heading, book: state.book, found: state.found, failures: failures, stage: stage)
                try gate.replace(path) { try html.write(to: $0) }
                state.cost = ContinuousClock.now - start
            }
        }
        try result.get()
    }

    /// The thumbnails of a report by their images' keys; none where there is no file, or an empty one.
    private static func thumbnails(_ path: String) throws(ClientError) -> [UInt64: Data] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [:] }
            throw .listUnread(file: path, reason: SystemReason.text(errno: errno))
        }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        if size == 0 { return [:] }
        guard let beginning = SystemRead.bytes(descriptor, ReportHTML.beginning.utf8.count, at: 0),
            beginning.elementsEqual(ReportHTML.beginning.utf8)
        else { throw .notReport(path) }
        guard size <= maxSize else { return [:] }
        do {
            return ReportHTML.thumbnails(try SystemRead.whole(descriptor))
        } catch {
            throw .listUnread(file: path, reason: SystemReason.text(error))
        }
    }
}
