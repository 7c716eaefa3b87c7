import ArgumentParser
import CaptionClient

/// The servers that share a folder's images.
struct FolderServerOptions: ParsableArguments {
    @Option(
        help: "Address of a server; repeatable. (default: VISION_HOST, or http://localhost:54880)")
    var server: [String] = []

    @Option(
        help: ArgumentHelp(
            "Pictures in flight at each server; auto finds out how many bring the most answers.",
            valueName: "n|auto"))
    var jobs = Jobs(slots: 2)

    @Option(help: "Seconds without any server, or its model, after which the run ends; a watch waits for ever.")
    var patience = 30

    func validate() throws {
        guard (1...RemoteServer.maxJobs).contains(jobs.slots ?? 1) else {
            throw ValidationError("--jobs is \(jobs): it must be from 1 to \(RemoteServer.maxJobs), or auto.")
        }
        guard (0...1_000_000).contains(patience) else {
            throw ValidationError("--patience is \(patience): it must be from 0 to 1000000 seconds.")
        }
    }
}

/// How many images a server gets at once.
struct Jobs: ExpressibleByArgument, CustomStringConvertible {
    /// `nil` when that is to be found out.
    let slots: Int?

    var description: String { slots.map(String.init) ?? "auto" }
    var defaultValueDescription: String { description }

    init(slots: Int?) {
        self.slots = slots
    }

    init?(argument: String) {
        guard argument == "auto" || Int(argument) != nil else { return nil }
        slots = Int(argument)
    }
}
