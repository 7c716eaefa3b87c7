import CDigest
import Foundation
import HTTPTypes
import Hummingbird

/// A page that is one file, with its style and its script in it.
struct EmbeddedPage: Sendable {
    private let bytes: ByteBuffer
    private let policy: String

    /// - Parameters:
    ///   - page: has a line `{{NAME}}` where a part belongs.
    ///   - parts: by their names.
    init(_ page: [UInt8], parts: [String: [UInt8]]) {
        let html = parts.reduce(String(decoding: page, as: UTF8.self)) { html, part in
            html.replacing("{{\(part.key)}}\n", with: String(decoding: part.value, as: UTF8.self))
        }
        bytes = ByteBuffer(string: html)
        policy = Self.policy(html)
    }

    var response: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .contentLength: String(bytes.readableBytes),
                .contentSecurityPolicy: policy, .xContentTypeOptions: "nosniff", .referrerPolicy: "no-referrer",
                // Another version of the server has another page.
                .cacheControl: "no-cache",
            ], body: .init(byteBuffer: bytes))
    }

    /// What a browser lets the page do: run the style and the script that are in it and no others, show images that
    /// it was given, and talk to its own server. No other page may frame it.
    private static func policy(_ html: String) -> String {
        """
        default-src 'none'; script-src \(hash(of: "script", in: html)); style-src \(hash(of: "style", in: html)); \
        img-src blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
        require-trusted-types-for 'script'; trusted-types 'none'
        """
    }

    /// `'none'` where the system's library has no such function: then nothing runs, rather than anything.
    private static func hash(of element: String, in html: String) -> String {
        guard let start = html.range(of: "<\(element)>"),
            let end = html.range(of: "</\(element)>", range: start.upperBound..<html.endIndex)
        else { return "'none'" }
        let content = Array(html[start.upperBound..<end.lowerBound].utf8)
        var digest = [UInt8](repeating: 0, count: Int(CDIGEST_SHA256_SIZE))
        guard cdigest_sha256(content, content.count, &digest) == 1 else { return "'none'" }
        return "'sha256-\(Data(digest).base64EncodedString())'"
    }
}

extension HTTPField.Name {
    /// `Referrer-Policy`
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .referer
}
