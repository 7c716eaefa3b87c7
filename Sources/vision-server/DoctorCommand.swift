import ArgumentParser
import Florence2
import Foundation
import HTTPDoor
import ModelHub

/// Checks whether this machine can do what the server needs.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check this machine: one line each, exit code 1 if something is wrong.",
        discussion: """
            Give it the options of the server that it is to check. The server may run already; then the line "port" says \
            what it is doing.
            """)

    @Option(help: "Address that the server is to listen on. [env: VISION_SERVER_HOST] (default: 127.0.0.1)")
    var host: String?

    @Option(help: "Port that the server is to listen on. [env: VISION_SERVER_PORT] (default: 54880)")
    var port: Int?

    @OptionGroup(title: "Model") var modelOptions: ModelOptions
    @OptionGroup(title: "Access and limits") var doorOptions: DoorOptions
    @OptionGroup(title: "Pictures") var imageOptions: ImageOptions

    func run() async throws {
        let settings = Settings(environment: ProcessInfo.processInfo.environment)
        let model = try modelOptions.choose(settings)
        let hub = try HubConfiguration(environment: settings.environment)
        let host = settings.text("host", host) ?? "127.0.0.1"
        let port = try settings.numbers("port", port.map { [$0] } ?? [], in: 0...65535)?.first ?? 54880
        var isWell = true
        func report(_ diagnosis: Diagnosis) {
            print(diagnosis.line)
            if diagnosis.verdict == .wrong { isWell = false }
        }
        let isTaken = PortProbe.find(host: host, port: port) == .taken
        let hasKeys = try !doorOptions.keys(settings).isEmpty
        let server = isTaken ? ServerProbe.ask(host: host, port: port, keys: doorOptions.givenKeys(settings)) : nil
        Diagnosis.variables(settings).forEach(report)
        report(.processor(model.instructionSet))
        report(.memory(for: model, isServed: server.map { $0 != .other } ?? false))
        Diagnosis.codecs(try imageOptions.decoder(settings)).forEach(report)
        report(.colors())
        report(.cache(hub))
        report(.disk(hub, need: await model.bytesToFetch()))
        report(.model(model))
        report(.hub(await HubProbe.run(hub), host: hub.hubHost, isNeeded: model.needsHub))
        report(.port(host: host, port: port, server: server, model: model))
        report(.names(host: host, hasKeys: hasKeys, given: try doorOptions.hosts(settings)))
        report(.selfTest(model))
        if !isWell { throw ExitCode.failure }
    }
}
