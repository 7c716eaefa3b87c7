import Foundation
import Synchronization

/// Finds a folder's pictures, and goes on finding new ones where that is wanted.
final class FolderWatch: Sendable {
    /// The pictures, as they are found.
    let batches: AsyncStream<[Picture]>
    private let found: AsyncStream<[Picture]>.Continuation
    private let folder: PictureFolder
    private let interval: Duration?
    private let files = Mutex(StableFiles())

    /// - Parameter interval: the time from one look at the folder to the next; `nil` is one look only. Looking works on
    ///   every file system, network ones included, which tell nobody about new files.
    init(folder: PictureFolder, interval: Duration?) {
        self.folder = folder
        self.interval = interval
        (batches, found) = AsyncStream.makeStream()
    }

    /// Looks at the folder until the task is cancelled.
    /// - Parameter onNews: gets what is to be told of the folder at the first look, and later what has come since: files of
    ///   another kind that is not read, and problems.
    func run(onNews: (PictureFolder.Contents) -> Void) async {
        defer { found.finish() }
        let contents = folder.contents()
        onNews(contents)
        guard let interval else {
            found.yield(contents.pictures)
            return
        }
        found.yield(settled(contents.pictures, interval))
        var told = contents
        while (try? await Task.sleep(for: interval)) != nil {
            let contents = folder.contents()
            onNews(told.news(in: contents))
            let stamps = Self.stamps(contents.pictures)
            // What a look could not see is not gone.
            let isWhole = contents.isWhole && stamps.count == contents.pictures.count
            let whole = files.withLock { $0.look(stamps, forgets: isWhole) }
            if !whole.isEmpty { found.yield(whole) }
        }
    }

    /// Takes note of a change that the client itself has made to a picture's file.
    func settle(_ picture: Picture) {
        guard let stamp = try? picture.file.stamp() else { return }
        files.withLock { $0.settle(picture, stamp) }
    }

    /// The pictures that nobody has written to for a while; the others have to be found unchanged first.
    private func settled(_ pictures: [Picture], _ interval: Duration) -> [Picture] {
        let limit = Duration.seconds(Date().timeIntervalSince1970) - max(interval * 2, .seconds(2))
        let old = Self.stamps(pictures).filter { $0.value.modified < limit }
        files.withLock { files in
            for (picture, stamp) in old { files.settle(picture, stamp) }
        }
        return pictures.filter { old[$0] != nil }
    }

    private static func stamps(_ pictures: [Picture]) -> [Picture: PictureFile.Stamp] {
        pictures.reduce(into: [:]) { stamps, picture in
            if let stamp = try? picture.file.stamp() { stamps[picture] = stamp }
        }
    }
}
