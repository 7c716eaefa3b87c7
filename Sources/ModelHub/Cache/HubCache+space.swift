import Foundation

extension HubCache {
    /// Where a download would write: the cache's folder, or what there is above it.
    public var existingFolder: String {
        var folder = URL(filePath: folder)
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        return folder.path
    }

    /// Bytes that may be written there; `nil` where the system does not tell.
    public var freeBytes: Int? { DiskFile.freeBytes(existingFolder) }
}
