import ArgumentParser
import CaptionClient

/// The servers that share a folder's images.
struct FolderServerOptions: ParsableArguments {
    @Option(
        help: "Address of a server; repeatable. (default: VISION_HOST, or http://localhost:54880)")
    var server: [String] = []

    @Option(help: "Pictures in flight at each server.") var jobs = 2

    @Option(help: "Seconds without any server, or its model, after which the run ends; a watch waits for ever.")
    var patience = 30

    func validate() throws {
        guard (1...RemoteServer.maxJobs).contains(jobs) else {
            throw ValidationError("--jobs is \(jobs): it must be from 1 to \(RemoteServer.maxJobs).")
        }
        guard (0...1_000_000).contains(patience) else {
            throw ValidationError("--patience is \(patience): it must be from 0 to 1000000 seconds.")
        }
    }
}
