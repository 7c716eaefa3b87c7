import Foundation
import Testing

/// The doors to libheif and libjxl declare what they use of them in words of our own, as the libraries' headers need not
/// be there. Where they are, a compiler compares the two.
@Suite struct InterfaceTests {
    private static let compiler = ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private static func isInstalled(_ header: String) -> Bool {
        compiler != nil && (try? compile("#include <\(header)>\n")) == 0
    }

    @Test(.enabled(if: isInstalled("libheif/heif.h"), "libheif-dev is not installed"))
    func heif() throws {
        try expectEqual(
            "heif_interface.h", "libheif/heif.h",
            [
                ("CIMAGE_HEIF_UNSUPPORTED_FILETYPE", "heif_error_Unsupported_filetype"),
                ("CIMAGE_HEIF_UNSUPPORTED_FEATURE", "heif_error_Unsupported_feature"),
                ("CIMAGE_HEIF_COLORSPACE_RGB", "heif_colorspace_RGB"),
                ("CIMAGE_HEIF_CHROMA_RGB", "heif_chroma_interleaved_RGB"),
                ("CIMAGE_HEIF_CHROMA_RGBA", "heif_chroma_interleaved_RGBA"),
                ("CIMAGE_HEIF_CHROMA_RRGGBB_LE", "heif_chroma_interleaved_RRGGBB_LE"),
                ("CIMAGE_HEIF_CHROMA_RRGGBBAA_LE", "heif_chroma_interleaved_RRGGBBAA_LE"),
                ("CIMAGE_HEIF_CHANNEL_INTERLEAVED", "heif_channel_interleaved"),
                ("sizeof(heif_error)", "sizeof(struct heif_error)"),
                ("offsetof(heif_error, subcode)", "offsetof(struct heif_error, subcode)"),
                ("offsetof(heif_error, message)", "offsetof(struct heif_error, message)"),
            ])
    }

    @Test(.enabled(if: isInstalled("jxl/decode.h"), "libjxl-dev is not installed"))
    func jxl() throws {
        let fields = [
            "xsize", "bits_per_sample", "intensity_target", "linear_below", "uses_original_profile", "orientation",
            "num_color_channels", "num_extra_channels", "alpha_bits", "alpha_premultiplied", "preview", "animation",
            "padding",
        ]
        try expectEqual(
            "jxl_interface.h", "jxl/decode.h",
            [
                ("CIMAGE_JXL_SUCCESS", "JXL_DEC_SUCCESS"), ("CIMAGE_JXL_NEED_MORE_INPUT", "JXL_DEC_NEED_MORE_INPUT"),
                ("CIMAGE_JXL_NEED_IMAGE_OUT_BUFFER", "JXL_DEC_NEED_IMAGE_OUT_BUFFER"),
                ("CIMAGE_JXL_BASIC_INFO", "JXL_DEC_BASIC_INFO"),
                ("CIMAGE_JXL_COLOR_ENCODING", "JXL_DEC_COLOR_ENCODING"),
                ("CIMAGE_JXL_FULL_IMAGE", "JXL_DEC_FULL_IMAGE"), ("CIMAGE_JXL_TYPE_UINT8", "JXL_TYPE_UINT8"),
                ("CIMAGE_JXL_TARGET_DATA", "JXL_COLOR_PROFILE_TARGET_DATA"),
                ("sizeof(jxl_format)", "sizeof(JxlPixelFormat)"), ("sizeof(jxl_info)", "sizeof(JxlBasicInfo)"),
                ("offsetof(jxl_format, data_type)", "offsetof(JxlPixelFormat, data_type)"),
            ] + fields.map { ("offsetof(jxl_info, \($0))", "offsetof(JxlBasicInfo, \($0))") })
    }

    private func expectEqual(_ ours: String, _ theirs: String, _ pairs: [(String, String)]) throws {
        let folder = Goldens.folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/CImageCodecs")
        let asserts = pairs.map { "_Static_assert((long)(\($0)) == (long)(\($1)), \"\($0)\");" }
        let includes = ["#include \"\(folder.path)/\(ours)\"", "#include <\(theirs)>"]
        #expect(try Self.compile((includes + asserts).joined(separator: "\n") + "\n") == 0)
    }

    /// The compiler's exit code; what it has to say goes to the standard error.
    private static func compile(_ text: String) throws -> Int32 {
        let file = FileManager.default.temporaryDirectory.appending(path: "interface-\(UUID()).c")
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: compiler ?? "/bin/false")
        process.arguments = ["-std=gnu11", "-fsyntax-only", file.path]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
