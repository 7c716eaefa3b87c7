import Foundation
import Synchronization

/// Finds a folder's images, and goes on finding new ones where that is wanted.
final class FolderWatch: Sendable {
    /// The images, as they are found.
    let batches: AsyncStream<[Image]>
    private let found: AsyncStream<[Image]>.Continuation
    private let folder: ImageFolder
    private let interval: Duration?
    private let files = Mutex(StableFiles())

    /// - Parameter interval: the time from one look at the folder to the next; `nil` is one look only. Looking works on
    ///   every file system, network ones included, which tell nobody about new files.
    init(folder: ImageFolder, interval: Duration?) {
        self.folder = folder
        self.interval = interval
        (batches, found) = AsyncStream.makeStream()
    }

    /// Looks at the folder until the task is cancelled.
    /// - Parameter onNews: gets what is to be told of the folder at the first look, and later what has come since: files of
    ///   another kind that is not read, and problems.
    func run(onNews: (ImageFolder.Contents) -> Void) async {
        defer { found.finish() }
        let contents = folder.contents()
        onNews(contents)
        guard let interval else {
            found.yield(contents.images)
            return
        }
        found.yield(settled(contents.images, interval))
        var told = contents
        while (try? await Task.sleep(for: interval)) != nil {
            let contents = folder.contents()
            onNews(told.news(in: contents))
            let stamps = Self.stamps(contents.images)
            // What a look could not see is not gone.
            let isWhole = contents.isWhole && stamps.count == contents.images.count
            let whole = files.withLock { $0.look(stamps, forgets: isWhole) }
            if !whole.isEmpty { found.yield(whole) }
        }
    }

    /// Takes note of a change that the client itself has made to an image's file.
    func settle(_ image: Image) {
        guard let stamp = try? image.file.stamp() else { return }
        files.withLock { $0.settle(image, stamp) }
    }

    /// The images that nobody has written to for a while; the others have to be found unchanged first.
    private func settled(_ images: [Image], _ interval: Duration) -> [Image] {
        let limit = Duration.seconds(Date().timeIntervalSince1970) - max(interval * 2, .seconds(2))
        let old = Self.stamps(images).filter { $0.value.modified < limit }
        files.withLock { files in
            for (image, stamp) in old { files.settle(image, stamp) }
        }
        return images.filter { old[$0] != nil }
    }

    private static func stamps(_ images: [Image]) -> [Image: ImageFile.Stamp] {
        images.reduce(into: [:]) { stamps, image in
            if let stamp = try? image.file.stamp() { stamps[image] = stamp }
        }
    }
}

/// Tells files that are whole from files that are still being written: a file counts once two looks in a row found it the
/// same.
package struct StableFiles: Sendable {
    private var seen: [Image: ImageFile.Stamp] = [:]
    /// The files that have counted, as they were then.
    private var settled: [Image: ImageFile.Stamp] = [:]

    package init() {}

    /// Takes a file as whole, and known, in this state.
    package mutating func settle(_ image: Image, _ stamp: ImageFile.Stamp) {
        settled[image] = stamp
    }

    /// What one look at the folder found; answers the files that have become whole since, in the order of their names.
    /// - Parameter forgets: whether files that were not found are gone, and count again when they come back.
    package mutating func look(_ files: [Image: ImageFile.Stamp], forgets: Bool = true) -> [Image] {
        let whole = files.filter { seen[$0.key] == $0.value && settled[$0.key] != $0.value }
        seen = files
        if forgets { settled = settled.filter { files[$0.key] != nil } }
        settled.merge(whole) { $1 }
        return whole.keys.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}
