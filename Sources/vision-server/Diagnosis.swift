import Florence2
import Foundation
import HTTPDoor
import Images
import ModelHub
import Serving
import Tensors

/// What `doctor` says about one thing.
struct Diagnosis {
    enum Verdict: String {
        case well = "ok"
        /// Works, but may not be what is wanted.
        case odd = "note"
        case wrong = "WRONG"
    }

    let subject: String
    let verdict: Verdict
    let text: String

    init(_ subject: String, _ verdict: Verdict, _ text: String) {
        self.subject = subject
        self.verdict = verdict
        self.text = text
    }

    var line: String {
        [verdict.rawValue.padded(to: 6), subject.padded(to: 10), text].joined(separator: " ")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

extension Diagnosis {
    static func processor(_ chosen: InstructionSet) -> Diagnosis {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let usable = ProcessorBudget().cores(of: WorkerPool.usableCores)
        let best = InstructionSet.supported.first ?? .generic
        let limit = usable < cores ? ", \(usable) of them for this process (affinity or a quota)" : ""
        let text = "\(cores) \(cores == 1 ? "core" : "cores")\(limit), kernels for \(chosen.rawValue)"
        if chosen != best { return Diagnosis("processor", .odd, "\(text); it has \(best.rawValue), too") }
        let isSlow = chosen == .generic
        return Diagnosis(
            "processor", isSlow ? .odd : .well, isSlow ? "\(text): neither AVX2 nor AVX-512, so it is slow" : text)
    }

    /// - Parameter isServed: whether a server that runs already has the model, perhaps in memory.
    static func memory(for model: ChosenModel, isServed: Bool) -> Diagnosis {
        guard let limit = MemoryBudget().tightest() else {
            return Diagnosis("memory", .odd, "this system does not tell how much is free")
        }
        let scope = limit.scope == .container ? " of the \(gigabytes(limit.total)) of this container or service" : ""
        let free = "\(gigabytes(limit.available)) free\(scope)"
        guard let need = model.memoryNeeded else {
            return Diagnosis("memory", .well, free)
        }
        if let shortage = MemoryBudget().shortage(of: need) {
            return Diagnosis("memory", isServed ? .odd : .wrong, shortage)
        }
        return Diagnosis("memory", .well, "\(free), the model needs about \(gigabytes(need))")
    }

    private static func gigabytes(_ bytes: Int) -> String {
        String(format: bytes < 1_000_000_000 ? "%.2f GB" : "%.1f GB", Double(bytes) / 1e9)
    }

    /// A red square in every format that is to be read must come out red.
    static func codecs(_ decoder: ImageDecoder) -> [Diagnosis] {
        let chosen = ImageFormat.allCases.filter(decoder.formats.contains)
        let left = ImageFormat.allCases.filter { !decoder.formats.contains($0) }
        let linked = chosen.filter { $0.guestLibrary == nil }
        let guests = chosen.filter { $0.guestLibrary != nil }.map { guest($0, decoder) }
        let off = Diagnosis("codecs", .odd, "--formats leaves out \(names(left))")
        return (linked.isEmpty ? [] : [Self.linked(linked, decoder)]) + guests + (left.isEmpty ? [] : [off])
    }

    private static func linked(_ formats: [ImageFormat], _ decoder: ImageDecoder) -> Diagnosis {
        let broken = formats.filter { !decodes($0, decoder) }
        guard broken.isEmpty else {
            return Diagnosis(
                "codecs", .wrong, "\(names(broken)) cannot be decoded: reinstall the libraries of these formats")
        }
        return Diagnosis("codecs", .well, "\(names(formats)) are decoded, by \(CodecLibraries.versions)")
    }

    /// A format that the server does without where its library is not there.
    private static func guest(_ format: ImageFormat, _ decoder: ImageDecoder) -> Diagnosis {
        guard let library = CodecLibraries.guest(of: format) else {
            let (name, package) = format.guestLibrary ?? ("its library", "")
            return Diagnosis(
                "codecs", .odd, "\(format.name) is not read, as \(name) is not installed: apt install \(package)")
        }
        guard decodes(format, decoder) else {
            return Diagnosis(
                "codecs", .odd, "\(format.name) cannot be decoded by \(library): install its plugin for the format")
        }
        return Diagnosis(
            "codecs", .well, "\(format.name) is decoded, by \(library), each picture in a process of its own")
    }

    private static func decodes(_ format: ImageFormat, _ decoder: ImageDecoder) -> Bool {
        guard let image = try? decoder.decode(SampleImages.file(format)) else { return false }
        let isRed = image.pixels.enumerated().allSatisfy { $0 % 3 == 0 ? $1 > 240 : $1 < 15 }
        return isRed && image.width == 4 && image.height == 4
    }

    private static func names(_ formats: [ImageFormat]) -> String {
        formats.map(\.name).joined(separator: ", ")
    }

    static func colors() -> Diagnosis {
        guard let version = ColorLibrary.version else {
            return Diagnosis(
                "colours", .odd, "colour profiles are ignored, as lcms2 is not installed (apt-get install liblcms2-2)")
        }
        return Diagnosis("colours", .well, "colour profiles are converted, by \(version)")
    }

    static func cache(_ hub: HubConfiguration) -> Diagnosis {
        // What is not there yet is made: then the folder above decides.
        let folder = HubCache(folder: hub.cacheFolder).existingFolder
        guard FileManager.default.isWritableFile(atPath: folder) else {
            return Diagnosis(
                "cache", .odd,
                "\(hub.cacheFolder) cannot be written: models that are in it work, others cannot be fetched")
        }
        return Diagnosis("cache", .well, hub.cacheFolder)
    }

    /// - Parameter need: Bytes of the model that have to be fetched; 0: none; `nil`: nobody knows.
    static func disk(_ hub: HubConfiguration, need: Int?) -> Diagnosis {
        guard let bytes = HubCache(folder: hub.cacheFolder).freeBytes else {
            return Diagnosis("disk", .odd, "this system does not tell how much is free where the models go")
        }
        let free = "\(gigabytes(bytes)) free where the models go"
        guard let need, need > 0 else { return Diagnosis("disk", .well, free) }
        let words = "\(free), the model has \(gigabytes(need))"
        return need < bytes
            ? Diagnosis("disk", .well, words)
            : Diagnosis("disk", .wrong, "\(words): make room, or set HF_HOME to a folder that has it")
    }

    static func model(_ model: ChosenModel) -> Diagnosis {
        guard let files = model.source.files else {
            if case .hub(let repository, let hub) = model.source,
                case let damaged = HubCache(folder: hub.cacheFolder).damagedFiles(of: repository), !damaged.isEmpty
            {
                let names = damaged.joined(separator: ", ")
                return Diagnosis(
                    "model", .odd, "in the cache \(names) of \(model.name) is damaged; the first request mends it")
            }
            return Diagnosis("model", .odd, "\(model.name) is not in the cache; the first request fetches it")
        }
        do {
            try files.check(model.precision)
            return Diagnosis("model", .well, "\(model.name) is there")
        } catch {
            return Diagnosis("model", .wrong, "\(error)")
        }
    }

    static func hub(_ finding: HubProbe.Finding, host: String, isNeeded: Bool) -> Diagnosis {
        switch finding {
        case .offline where isNeeded:
            Diagnosis("hub", .wrong, "HF_HUB_OFFLINE forbids to fetch the model that is missing")
        case .offline: Diagnosis("hub", .well, "not asked, as HF_HUB_OFFLINE wants it")
        case .reachable(.none): Diagnosis("hub", .well, "\(host) answers; no token, public models need none")
        case .reachable(.accepted): Diagnosis("hub", .well, "\(host) answers and accepts the token")
        case .reachable(.refused):
            Diagnosis(
                "hub", .wrong, "\(host) refuses the token in HF_TOKEN or the token file: make a new one, or remove it")
        case .unreachable(let reason) where isNeeded:
            Diagnosis("hub", .wrong, "\(host) cannot be asked for the missing model: \(reason)")
        case .unreachable(let reason):
            Diagnosis("hub", .odd, "\(host) cannot be reached (\(reason)); the model that is there needs no hub")
        }
    }

    /// - Parameter server: What listens there already; `nil`: nothing does.
    static func port(host: String, port: Int, server: ServerProbe.Finding?, model: ChosenModel) -> Diagnosis {
        let address = "\(host):\(port)"
        switch server {
        case .server(let version, let name, let state):
            let text = "vision-server \(version) listens to \(address) already: its model \(name) is \(state)"
            return name == model.name
                ? Diagnosis("port", .well, text) : Diagnosis("port", .odd, "\(text); \(model.name) was asked about")
        case .locked:
            return Diagnosis("port", .well, "a vision-server listens to \(address) already, and wants a key")
        case .wrongKey:
            return Diagnosis(
                "port", .wrong,
                "a vision-server listens to \(address) already, and the key (--api-key, VISION_SERVER_API_KEYS) is not one "
                    + "of its own")
        case .other:
            return Diagnosis("port", .wrong, "another program listens to \(address): stop it, or choose another --port")
        case nil: break
        }
        if case .unusable(let reason) = PortProbe.find(host: host, port: port) {
            return Diagnosis("port", .wrong, reason)
        }
        return Diagnosis("port", .well, port == 0 ? "a free one is picked at the start" : "\(address) is free")
    }

    /// Variables that are misspelt.
    static func variables(_ settings: Settings) -> [Diagnosis] {
        settings.warnings().map { Diagnosis("variable", .odd, $0) }
    }

    /// Which names the server answers to, and what a proxy in front of it needs.
    static func names(host: String, hasKeys: Bool, given: [String]) -> Diagnosis {
        guard HostRule.isLoopback(host), !hasKeys else {
            return Diagnosis(
                "names", .well, "any name is answered; a proxy that ends TLS needs --cors-origin https://NAME")
        }
        let names = ["localhost", HostRule.machineName] + given + ["*.local", "*.internal and addresses"]
        return Diagnosis(
            "names", .well,
            "\(names.joined(separator: ", ")) are answered; a proxy that passes on another Host needs --allowed-host NAME, "
                + "and one that ends TLS --cors-origin https://NAME, too")
    }

    /// The demo model's caption of the example image is known.
    static func selfTest(_ model: ChosenModel) -> Diagnosis {
        do {
            let files = DemoModel.files
            let image = try ImageDecoder().prepare(DemoModel.exampleImage, with: files.imageProcessor())
            let captioner = try Captioner(
                files, threads: model.threads, instructionSet: model.instructionSet, precision: model.precision)
            let answer = try captioner.answer(image, prompt: TaskPrompt("<CAPTION>")).answer
            guard case .text(DemoModel.exampleCaption) = answer else {
                return Diagnosis(
                    "self-test", .wrong, "the demo model says \(answer) of its example: please report this")
            }
            return Diagnosis("self-test", .well, "the demo model describes its example picture rightly")
        } catch {
            return Diagnosis("self-test", .wrong, "\(error)")
        }
    }
}
