import Foundation
import Testing

/// The pages say what the programs do: no more, no less.
@Suite("The documents")
struct DocumentTests {
    let server: HelpDump
    let client: HelpDump

    init() throws {
        server = try HelpDump(of: "vision-server")
        client = try HelpDump(of: "vision-client")
    }

    @Test("README has at most 150 lines")
    func readmeIsShort() throws {
        // The last line ends with a line feed.
        #expect(try Document("README.md").lines.count - 1 <= 150)
    }

    @Test("no line has more than 120 characters")
    func lineLength() throws {
        for document in try Document.all() {
            for (number, line) in document.lines.enumerated() {
                #expect(line.count <= 120, "\(document):\(number + 1) has \(line.count) characters")
            }
        }
    }

    @Test("every link within the repository leads somewhere, its anchor too")
    func links() throws {
        for document in try Document.all() + [Document("Models/demo/README.md"), Document("Benchmarks/README.md")] {
            for (path, anchor) in document.links {
                let file = SourceFile.root.appending(path: path).path
                let isThere = FileManager.default.fileExists(atPath: file)
                #expect(isThere, "\(document) leads to \(path)")
                guard let anchor, isThere, path.hasSuffix(".md") else { continue }
                #expect(try Document(path).anchors.contains(anchor), "\(document) leads to \(path)#\(anchor)")
            }
        }
    }

    @Test("ARCHITECTURE names files and types that there are")
    func architectureNames() throws {
        let files = try SourceFile.all(below: "Sources")
        let folder = SourceFile.root.appending(path: "Sources")
        let words = Set(files.flatMap { $0.lines.flatMap { $0.split { !$0.isLetter && !$0.isNumber } } })
        for code in try Document("ARCHITECTURE.md").text.matches(of: /`([^`]+)`/).map({ String($0.1) }) {
            if code.wholeMatch(of: /\w[\w-]*\/\S+\.(swift|h|c)/) != nil {
                let isThere = ["", "../"].contains {
                    FileManager.default.fileExists(atPath: folder.appending(path: $0 + code).path)
                }
                #expect(isThere, "\(code)")
            } else if code.wholeMatch(of: /[A-Z][a-z]\w*([.<(].*)?/) != nil, !code.contains("/"),
                !code.hasPrefix("Package")
            {
                for name in code.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
                    #expect(words.contains(name), "\(code)")
                }
            }
        }
    }

    @Test("README leads to every page of docs")
    func everyPageIsLinked() throws {
        let linked = Set(try Document("README.md").links.map(\.path))
        for document in try Document.ofUsers() where document.path != "README.md" {
            #expect(linked.contains(document.path), "\(document)")
        }
    }

    @Test("docs/clients.md leads to the page of every program")
    func everyProgramIsLinked() throws {
        let linked = Set(try Document("docs/clients.md").links.map(\.path))
        for document in try Document.ofPrograms() { #expect(linked.contains(document.path), "\(document)") }
    }

    @Test(
        "each command's section names its options, and no other",
        arguments: ["serve", "caption", "download", "doctor", "inspect"])
    func serverOptions(_ name: String) throws {
        let section = try #require(try Document("docs/configuration.md").section(name))
        #expect(section.options == (try server.command.subcommand(name).options))
    }

    @Test("each verb's section names its options, and no other", arguments: ["folder", "caption", "edit", "mcp"])
    func clientOptions(_ name: String) throws {
        let section = try #require(try Document("docs/clients.md").section("vision-client " + name))
        #expect(section.options == (try client.command.subcommand(name).options))
    }

    @Test("the section of prompts and model names their options")
    func clientInformationOptions() throws {
        let section = try #require(try Document("docs/clients.md").section("vision-client prompts and model"))
        #expect(section.options == (try client.command.subcommand("prompts").options))
        #expect(section.options == (try client.command.subcommand("model").options))
    }

    @Test("the options of vision-server.sh are those of its usage")
    func scriptOptions() throws {
        let section = try #require(try Document("docs/configuration.md").section("vision-server.sh"))
        let named = section.codes(inColumn: 0).filter { $0.hasPrefix("--") }
        #expect(named == (try Self.scriptOptions("vision-server.sh")).union(["--help"]))
    }

    @Test(
        "the options of the scripts for folders are those of their usage",
        arguments: ["vision-caption-folder-images.sh", "vision-caption-folder-images.ps1"])
    func folderScriptOptions(_ name: String) throws {
        let section = try #require(try Document("docs/clients.md").section("Scripts"))
        #expect(section.codes(inColumn: 0) == (try Self.scriptOptions(name)))
    }

    @Test("no page names an option that there is not")
    func noUnknownOption() throws {
        var known: Set<String> = ["--help", "--version"]
        for command in server.commands + client.commands { known.formUnion(command.options) }
        for script in ["vision-server.sh", "vision-caption-folder-images.sh"] {
            known.formUnion(try Self.scriptOptions(script))
        }
        // Of docker, systemctl, wsl, swift and curl.
        known.formUnion(["--name", "--restart", "--stop-timeout", "--cap-drop", "--read-only"])
        known.formUnion(["--now", "--shutdown", "--exec", "--product", "--data-binary"])
        for document in try Document.ofUsers() {
            #expect(document.options.subtracting(known).isEmpty, "\(document)")
        }
    }

    @Test("every variable of serve stands in the list of variables, and no other")
    func serverVariables() throws {
        let section = try #require(try Document("docs/configuration.md").section("Variables"))
        let listed = Set(section.text.matches(of: /\s(VISION_[A-Z_]+)=/).map { String($0.1) })
        let serve = try server.command.subcommand("serve")
        let variables = Set((serve.arguments ?? []).compactMap(\.variable))
        #expect(listed == variables.union(["VISION_SERVER_ISA"]))
        #expect(try Self.literals(in: ["Tensors"], /"(VISION_SERVER_ISA)"/).count == 1)
    }

    @Test("every variable of the clients stands in the table of variables, and no other")
    func clientVariables() throws {
        let section = try #require(try Document("docs/clients.md").section("Variables"))
        let named = (client.command.discussion ?? "").matches(of: /VISION_[A-Z_]*[A-Z]/).map { String($0.output) }
        #expect(section.codes(inColumn: 0) == Set(named))
    }

    @Test("no page names a variable that there is not")
    func noUnknownVariable() throws {
        let listed = try Document("docs/configuration.md").section("Variables")?.variables ?? []
        let known = listed.union(try Document("docs/clients.md").section("Variables")?.variables ?? [])
        for document in try Document.ofUsers() {
            #expect(document.variables.subtracting(known).isEmpty, "\(document)")
        }
    }

    @Test("every variable that the hub's downloads read stands in the table of them, and no other")
    func hubVariables() throws {
        let read = try Self.literals(
            in: ["ModelHub", "Transfers"],
            /"((HF|HUGGING_FACE|HUGGINGFACE|TRANSFORMERS|XDG|SSL_CERT)_[A-Z_]+|[A-Z]+_(PROXY|CA_BUNDLE))"/)
        let section = try #require(try Document("docs/models.md").section("The hub"))
        #expect(section.codes(inColumn: 0) == read)
    }

    @Test("an option's help is one sentence")
    func helpIsOneSentence() {
        for command in server.commands + client.commands {
            for argument in command.arguments ?? [] where argument.shouldDisplay {
                let sentence = argument.sentence
                #expect(sentence.hasSuffix("."), "\(command.commandName): \(sentence)")
                #expect(!sentence.contains(/[.!?] +[A-Z*]/), "\(command.commandName): \(sentence)")
            }
        }
    }

    /// The options that the lines of a script's usage begin with.
    private static func scriptOptions(_ name: String) throws -> Set<String> {
        let script = try String(contentsOf: SourceFile.root.appending(path: name), encoding: .utf8)
            .replacing("\r\n", with: "\n")
        let usage = try #require(script.firstMatch(of: /(?s)Usage: .*?\n(EOF|END|'@)\n/)).output.0
        return Set(usage.matches(of: /\n  (-h, )?(--[a-z-]+)/).map { String($0.2) })
    }

    /// What the first group of a pattern matches in the sources of targets.
    private static func literals<Output>(in targets: [String], _ pattern: Regex<Output>) throws -> Set<String> {
        var found: Set<String> = []
        for file in try SourceFile.all(below: "Sources") where targets.contains(file.target) {
            for line in file.lines {
                for match in String(line).matches(of: Regex<AnyRegexOutput>(pattern)) {
                    if let text = match.output[1].substring { found.insert(String(text)) }
                }
            }
        }
        return found
    }
}
