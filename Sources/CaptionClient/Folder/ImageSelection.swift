import Foundation

extension ImageFolder {
    /// Which of the things below a folder count.
    package struct Selection: Sendable {
        private let includesHidden: Bool
        private let excluded: [Glob]
        private let excludedPaths: [Glob]
        /// Whether folders below the given one are entered.
        package var isRecursive = true
        /// Whether links to folders are entered; each folder is entered once, so that links may lead in circles.
        package var followsLinks = false
        /// Images that have not changed since then are left out: the time since 1970.
        package var since: Duration?
        /// The images, where they are not to be looked for.
        package var list: FileList?
        /// Where images of tar shards go while they are asked about; `nil` when shards do not count.
        package var spool: ShardSpool?
        /// The folder that shards are written to, whose shards are no images to be captioned.
        package var output: String?
        /// The only file that counts, by its name at the top.
        package var only: FileName?

        /// - Parameters:
        ///   - includesHidden: whether hidden folders, and what other programs keep, count as well.
        ///   - excluding: patterns of names; those with a slash are of paths below the folder, unless it is at an end.
        package init(includesHidden: Bool = false, excluding patterns: [String] = []) {
            self.includesHidden = includesHidden
            // "old/" means a folder to everybody, so it must not be a path that nothing has.
            let bare = patterns.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "/")) }
            excluded = bare.filter { !$0.contains("/") }.map(Glob.init)
            excludedPaths = bare.filter { $0.contains("/") }.map(Glob.init)
        }

        func excludes(_ name: FileName) -> Bool {
            excluded.contains { $0.matches(String(name.last)) } || excludedPaths.contains { $0.matches(name.text) }
        }

        /// Whether the file, or a folder that it is in, is left out by a pattern.
        func excludes(withFolders name: FileName) -> Bool {
            var name = name
            while !excludes(name) {
                guard name.text.utf8.contains(UInt8(ascii: "/")) else { return false }
                name = FileName(name.folder)
            }
            return true
        }

        /// The folder of a file that is left out for its name, hidden or another program's.
        func leftOutFolder(of file: FileName) -> FileName? {
            var name = file
            while name.text.utf8.contains(UInt8(ascii: "/")) {
                name = FileName(name.folder)
                if leavesOut(folder: name) { return name }
            }
            return nil
        }

        func leavesOut(folder name: FileName) -> Bool {
            !includesHidden && FileKinds.isLeftOut(folder: String(name.last))
        }

        func leavesOut(file name: FileName) -> Bool {
            !includesHidden && FileKinds.isLeftOut(file: String(name.last))
        }

        func isRecent(_ changed: Duration) -> Bool { since.map { changed >= $0 } ?? true }
    }
}
