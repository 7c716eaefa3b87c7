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
