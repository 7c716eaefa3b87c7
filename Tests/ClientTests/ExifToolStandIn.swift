import Foundation
import Testing

/// Whether exiftool can be called; the tests of what it writes are skipped without it.
let exifToolPath = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/exiftool" }.first { FileManager.default.isExecutableFile(atPath: $0) }

/// A folder with a program that is called exiftool, and notes how often it was started.
final class ExifToolStandIn {
    private let album = try? Album()

    /// - Parameters:
    ///   - script: what it does with each command, before the real exiftool does it; the shell has the command's words
    ///     in `$@`, and in `$file` the one that ends with `/a.jpg`.
    ///   - path: where the real one is; `nil` lets the script alone do all.
    init(_ script: String = "", path: String? = exifToolPath) throws {
        let wrapper = """
            #!/bin/sh
            here=${0%/*}
            echo $$ >> "$here/starts"
            if [ "$1" != -stay_open ]; then exec \(path ?? "false") "$@"; fi
            set --
            while IFS= read -r word; do
                case $word in
                -execute*)
                    file=
                    for each do case $each in */a.jpg) file=$each ;; esac; done
                    \(script)
                    \(path.map { "\($0) \"$@\" </dev/null" } ?? "")
                    echo "{ready${word#-execute}}"
                    set --
                    ;;
                -stay_open) exit ;;
                *) set -- "$@" "$word" ;;
                esac
            done
            """
        try #require(album).add("exiftool", Data(wrapper.utf8))
        try album?.permit(0o755, "exiftool")
    }

    /// Where it is found before the real one.
    var environment: [String: String] { ["PATH": (album?.path ?? "") + ":/usr/bin:/bin"] }

    /// The processes that it was.
    var starts: [Int32] { (album?.text("starts") ?? "").split(separator: "\n").compactMap { Int32($0) } }

    /// Where the script can leave what a test is to see: the folder is `$here` to it.
    func text(_ name: String) -> String? { album?.text(name) }
}
