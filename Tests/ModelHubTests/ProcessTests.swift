import Eventually
import Foundation
import ModelHub
import Testing

/// What only shows with processes of their own: being killed, being several, a full disk, no network.
@Suite("vision-server download", .serialized)
struct ProcessTests {
    /// Both kinds of hash, each in a file that is long enough to be interrupted.
    private static let repository: Scenario.Repository = {
        var tiny = Scenario.tiny
        tiny.files["tokenizer.json"] = .random(seed: 3, bytes: 300_000)
        return tiny
    }()

    @Test("it prints the folder, and says on stderr what it does")
    func download() async throws {
        let lab = try await Lab()
        let end = try DownloadProcess(lab, environment: ["HF_TOKEN": "hf_secret"]).finish()
        #expect(end.status == 0, "\(end.errors)")
        #expect(end.output == lab.snapshot.path + "\n")
        #expect(end.errors.contains("model.safetensors") && !end.errors.contains("hf_secret"))
        try lab.expectWeights()
    }

    @Test("on a terminal there is a bar with amount, rate and time")
    func bar() async throws {
        let slow = Scenario.Fault(match: "^GET .*/model.safetensors", kind: "slow", rate: 200_000)
        let lab = try await Lab(.init(faults: [slow]))
        let terminal = [
            "python3", "-c", "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))",
        ]
        let end = try DownloadProcess(lab, wrapper: terminal).finish()
        #expect(end.status == 0)
        #expect(end.output.contains(/\r\[#+-+\] 0 of 1 MB, 0\.[1-9] MB\/s, about \d seconds? left/), "\(end.output)")
        #expect(end.output.contains("[" + String(repeating: "#", count: 24) + "]"))
        #expect(end.output.hasSuffix(lab.snapshot.path + "\r\n"))
    }

    @Test("an error is one sentence and exit code 1")
    func error() async throws {
        let lab = try await Lab(.init(repositories: [:]))
        let end = try DownloadProcess(lab).finish()
        #expect(end.status == 1)
        #expect(end.output == "")
        #expect(end.errors.contains("The hub has no model florence/tiny. Check the spelling."))
    }

    @Test("killed twenty times, it fetches no byte twice", arguments: ["model.safetensors", "tokenizer.json"])
    func killed(file: String) async throws {
        let pieces = (1...20).map { $0 * 7919 % 12_000 + 1 }
        let faults = pieces.map { bytes in
            Scenario.Fault(match: "^GET .*/\(file)", kind: "hold", times: 1, after: bytes)
        }
        let lab = try await Lab(.init(repositories: ["florence/tiny": Self.repository], faults: faults))
        var arrived = 0
        for bytes in pieces {
            arrived += bytes
            let process = try DownloadProcess(lab)
            try await eventually("\(arrived) bytes on the disk: \(process.errors)") {
                lab.partialFiles.contains { lab.size(of: lab.blobs.appending(path: $0)) == arrived }
            }
            process.kill()
            #expect(lab.partialFiles.count == 1)
            #expect(!lab.names(in: lab.snapshot).contains(file))
            try lab.expectSoundCache()
        }
        let end = try DownloadProcess(lab).finish()
        #expect(end.status == 0, "\(end.errors)")
        try lab.expectWeights()
        #expect(lab.partialFiles.isEmpty)
        let sent = try await lab.scenario.downloads(of: file).reduce(0) { $0 + ($1.sent ?? 0) }
        #expect(sent == 300_000)
    }

    @Test("four processes with one empty cache fetch each file once")
    func together() async throws {
        let slow = Scenario.Fault(match: "^GET .*/model.safetensors", kind: "slow", rate: 500_000)
        let lab = try await Lab(.init(faults: [slow]))
        let processes = try (1...4).map { _ in try DownloadProcess(lab) }
        for process in processes {
            let end = process.finish()
            #expect(end.status == 0, "\(end.errors)")
            #expect(end.output == lab.snapshot.path + "\n")
        }
        try lab.expectWeights()
        #expect(lab.names(in: lab.blobs).count == DownloadTests.needed.count)
        for file in DownloadTests.needed {
            #expect(try await lab.scenario.downloads(of: file).count == 1, "\(file)")
        }
    }

    @Test("several processes that find the same file damaged fetch it once")
    func mendedTogether() async throws {
        let slow = Scenario.Fault(match: "^GET .*/model.safetensors", kind: "slow", rate: 500_000)
        let lab = try await Lab(.init(faults: [slow]))
        _ = try await lab.download()
        let weights = lab.snapshot.appending(path: "model.safetensors").resolvingSymlinksInPath()
        try Data(count: Scenario.weightBytes).write(to: weights)
        let processes = try (1...3).map { _ in try DownloadProcess(lab) }
        for process in processes { #expect(process.finish().status == 0) }
        try lab.expectWeights()
        #expect(try await lab.scenario.downloads(of: "model.safetensors").count == 2)
    }

    @Test("--verify hashes what is there, says so, and fetches again what is damaged")
    func verify() async throws {
        let lab = try await Lab(.init(branches: ["main", "refs/pr/20"]))
        let first = try DownloadProcess(lab, ["--verify", "--revision", "refs/pr/20"]).finish()
        #expect(
            first.errors.contains("The cache has no file of florence/tiny at refs/pr/20: there is nothing to check."))
        #expect(first.status == 0 && first.output == lab.snapshot.path + "\n", "\(first.errors)")
        #expect(lab.names(in: lab.model.appending(path: "refs/refs/pr")) == ["20"])
        let weights = lab.snapshot.appending(path: "model.safetensors").resolvingSymlinksInPath()
        var content = try Data(contentsOf: weights)
        content[200_000] ^= 4
        try content.write(to: weights)
        let environment = ["VISION_SERVER_REVISION": "refs/pr/20"]
        let plain = try DownloadProcess(lab, environment: environment).finish()
        #expect(plain.status == 0)
        #expect(try await lab.scenario.downloads(of: "model.safetensors").count == 1)
        let offline = try DownloadProcess(
            lab, ["--verify"], environment: environment.merging(["HF_HUB_OFFLINE": "1"]) { $1 }
        ).finish()
        #expect(offline.status == 1)
        #expect(offline.errors.contains("model.safetensors (which is damaged)"), "\(offline.errors)")
        let mended = try DownloadProcess(lab, ["--verify"], environment: environment).finish()
        #expect(mended.status == 0 && mended.output == lab.snapshot.path + "\n")
        #expect(mended.errors.contains("model.safetensors of florence/tiny at refs/pr/20 in the cache is damaged"))
        try lab.expectWeights()
        let sound = try DownloadProcess(lab, ["--verify"], environment: environment).finish()
        #expect(sound.errors.contains("6 files are as the hub has them."), "\(sound.errors)")
    }

    @Test("when the process that fetches is killed, one that waits goes on where it stopped")
    func succession() async throws {
        let hold = Scenario.Fault(match: "^GET .*/model.safetensors", kind: "hold", times: 1, after: 100_000)
        let lab = try await Lab(.init(faults: [hold]))
        let first = try DownloadProcess(lab)
        try await eventually("bytes on the disk") {
            lab.partialFiles.contains { lab.size(of: lab.blobs.appending(path: $0)) == 100_000 }
        }
        let second = try DownloadProcess(lab)
        try await eventually("the second waits") { second.errors.contains("Another process is fetching") }
        first.kill()
        #expect(second.finish().status == 0)
        try lab.expectWeights()
        let asked = try await lab.scenario.downloads(of: "model.safetensors")
        #expect(asked.map { $0.headers["range"] } == [nil, "bytes=100000-"])
    }

    @Test(
        "without a network a complete cache is enough, and a missing file is named", .enabled(if: Namespaces.areThere))
    func noNetwork() async throws {
        let lab = try await Lab()
        _ = try await lab.download()
        let alone = ["unshare", "--map-root-user", "--net"]
        let whole = try DownloadProcess(lab, wrapper: alone).finish()
        #expect(whole.status == 0)
        #expect(whole.output == lab.snapshot.path + "\n")
        try FileManager.default.removeItem(at: lab.snapshot.appending(path: "model.safetensors"))
        let offline = try DownloadProcess(lab, wrapper: alone, environment: ["HF_HUB_OFFLINE": "1"]).finish()
        #expect(offline.status == 1)
        #expect(offline.errors.contains("forbids to fetch what is missing: model.safetensors"))
    }

    @Test("a disk that fills up is an error; with room again the download goes on", .enabled(if: Namespaces.areThere))
    func fullDisk() async throws {
        let hold = Scenario.Fault(match: "^GET .*/model.safetensors", kind: "hold", times: 1, after: 100_000)
        let lab = try await Lab(.init(faults: [hold]))
        let script = """
            mount -t tmpfs -o size=1m none "$HF_HOME" || exit 99
            "$@" &
            until [ "$(cat "$HF_HOME"/hub/models*/blobs/*.incomplete 2>/dev/null | wc -c)" -eq 100000 ]; do :; done
            cat /dev/zero >"$HF_HOME/filler" 2>/dev/null
            python3 -c 'from urllib.request import *; import sys; urlopen(Request(sys.argv[1], method="POST"))' "$RELEASE"
            wait $!
            echo "full: $?"
            rm "$HF_HOME/filler"
            "$@" >/dev/null
            echo "free: $?"
            wc -c <"$HF_HOME/hub/models--florence--tiny/snapshots/\(Scenario.commit)/model.safetensors"
            mount -o remount,ro "$HF_HOME"
            "$@" >/dev/null
            echo "whole and read-only: $?"
            mount -o remount,rw "$HF_HOME"
            rm "$HF_HOME/hub/models--florence--tiny/snapshots/\(Scenario.commit)/generation_config.json"
            mount -o remount,ro "$HF_HOME"
            "$@" >/dev/null
            echo "usable and read-only: $?"
            mount -o remount,rw "$HF_HOME"
            truncate -s 1000 "$(readlink -f "$HF_HOME"/hub/models--florence--tiny/snapshots/*/model.safetensors)"
            mount -o remount,ro "$HF_HOME"
            "$@"
            echo "damaged and read-only: $?"
            mount -o remount,rw "$HF_HOME"
            rm "$HF_HOME/hub/models--florence--tiny/snapshots/\(Scenario.commit)/model.safetensors"
            mount -o remount,ro "$HF_HOME"
            "$@"
            echo "read-only: $?"
            """
        let end = try DownloadProcess(
            lab, wrapper: ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"],
            environment: ["RELEASE": "\(lab.scenario.hub.address)/control/\(lab.scenario.name)/release"]
        ).finish()
        let expected = [
            "full: 1", "free: 0", "300000", "whole and read-only: 0", "usable and read-only: 0",
            "damaged and read-only: 1", "read-only: 1",
        ]
        #expect(end.output.split(separator: "\n").map(String.init) == expected, "\(end.errors)")
        #expect(end.errors.contains("There is no space for the model"))
        #expect(end.errors.contains("The cache cannot be written to"))
        #expect(end.errors.contains("In the cache model.safetensors of florence/tiny cannot be used"))
        let asked = try await lab.scenario.downloads(of: "model.safetensors")
        let range = try #require(asked.dropFirst().first?.headers["range"])
        #expect(range.hasPrefix("bytes=1"), "what had arrived was kept: \(range)")
    }
}

/// Whether this system lets a process have a network and mounts of its own.
enum Namespaces {
    static let areThere: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "unshare", "--map-root-user", "--mount", "--net", "mount", "-t", "tmpfs", "none", "/tmp",
        ]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}
