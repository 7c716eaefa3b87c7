import Foundation

/// Which folders may be written to, asked before an image is sent anywhere.
package struct WritableFolders: Sendable {
    package enum Verdict: Equatable {
        case writable
        /// The images that are written for there fail.
        case fails(isTold: Bool)
        /// There is no use in going on.
        case ends
    }

    private let given: String
    /// The same with all links followed.
    private let real: String?
    private let access: @Sendable (String) -> Int32
    private var told: Set<FileName> = []

    /// - Parameters:
    ///   - given: the folder whose images are captioned.
    ///   - access: the reason why a folder may not be written to, as `errno`; 0 when it may, or is not there.
    package init(given: String, access: @escaping @Sendable (String) -> Int32 = WritableFolders.reason) {
        self.given = given
        real = ImageFile(path: given).resolved
        self.access = access
    }

    /// What an image meets for which this folder is written to.
    /// - Parameter isShared: whether all other images need the folder, too.
    package mutating func judge(_ folder: String, isShared: Bool = false) -> Verdict {
        let reason = access(folder)
        guard reason != 0 else { return .writable }
        if isShared { return .ends }
        let isGiven = FileName(folder) == FileName(given) || real.map { FileName(folder) == FileName($0) } ?? false
        if isGiven || reason == EROFS && access(given) == EROFS { return .ends }
        return .fails(isTold: !told.insert(FileName(folder)).inserted)
    }

    package static func reason(_ folder: String) -> Int32 {
        guard Foundation.access(folder, W_OK | X_OK) != 0 else { return 0 }
        return errno == EACCES || errno == EROFS || errno == EPERM ? errno : 0
    }
}
