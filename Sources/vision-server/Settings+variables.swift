import ArgumentParser
import Foundation
import Tensors

/// Variables that look like settings of this program.
extension Settings {
    /// A sentence for each that is none of them: a misspelt one changes nothing, which nobody would notice.
    func warnings() -> [String] {
        let known = Self.knownVariables
        return environment.keys.sorted().compactMap { Self.warning($0, known) }
    }

    /// Those that the help names, and the one that no option stands for.
    private static var knownVariables: Set<String> {
        let help = ServeCommand.helpMessage(includeHidden: true, columns: 1000)
        let names = help.matches(of: /VISION_SERVER_[A-Z0-9_]+/).map { String($0.output) }
        return Set(names).union([InstructionSet.environmentKey])
    }

    /// No value: it may be a key.
    private static func warning(_ name: String, _ known: Set<String>) -> String? {
        guard !known.contains(name) else { return nil }
        let upper = name.uppercased()
        guard upper.hasPrefix(prefix) else {
            // `VISION_SEVER_PORT`; what begins so and is like none is another program's.
            guard upper.hasPrefix("VISION"), let near = Spelling.nearest(to: upper, among: known),
                Spelling.distance(Array(upper), Array(near)) <= 2
            else { return nil }
            return "The variable \(name) is none of this server's: did you mean \(near)?"
        }
        let words = known.map { String($0.dropFirst(prefix.count)) }
        guard let near = Spelling.nearest(to: String(upper.dropFirst(prefix.count)), among: words) else {
            return "The variable \(name) is none of this server's and changes nothing. "
                + "vision-server serve --help names those that there are."
        }
        return "The variable \(name) is none of this server's and changes nothing: did you mean \(prefix)\(near)?"
    }
}

extension Settings {
    /// Whether Kubernetes has put a variable into a container beside a Service called vision-server (or
    /// vision-server-SOMETHING): `VISION_SERVER_SERVICE_HOST`, `VISION_SERVER_PORT=tcp://10.0.0.1:54880`,
    /// `VISION_SERVER_PORT_54880_TCP_ADDR` and so on.
    static func isOfKubernetes(_ name: String, _ value: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        if name.hasSuffix("_PORT"), value.wholeMatch(of: /(tcp|udp|sctp):\/\/.*/) != nil { return true }
        return name.wholeMatch(of: /VISION_SERVER_(\w+_)?SERVICE_(HOST|PORT(_\w+)?)/) != nil
            || name.wholeMatch(of: /VISION_SERVER_(\w+_)?PORT_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?/) != nil
    }
}
