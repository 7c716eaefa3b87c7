import CCurl
import Foundation

extension TransferRequest {
    /// The request as the door to libcurl takes it; it is gone when `body` returns.
    func withCRequest<Value>(_ action: (ccurl_request) -> Value) -> Value {
        var lines = headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        // Libcurl would wait a second for the server's leave to send a large body.
        lines.append("Expect:")
        let texts = lines.map { strdup($0) }
        defer { for text in texts { free(text) } }
        let pointers = texts.map { UnsafePointer($0) }
        return pointers.withUnsafeBufferPointer { headers in
            withCStrings([method.rawValue, url, proxy?.authority, proxy?.user, proxy?.password, authorities, address]) {
                texts in
                action(
                    ccurl_request(
                        method: texts[0], url: texts[1], headers: headers.baseAddress, header_count: headers.count,
                        body_size: body.map { Int64($0.count) } ?? -1, proxy_kind: proxyKind, proxy: texts[2],
                        user: texts[3], password: texts[4], authorities: texts[5],
                        connect_milliseconds: Int64((connectTimeout / .milliseconds(1)).rounded(.up)),
                        address: texts[6], is_fresh: isFresh ? 1 : 0))
            }
        }
    }

    private var proxyKind: CInt {
        switch proxy?.kind {
        case nil: CInt(CCURL_NO_PROXY)
        case .http?: CInt(CCURL_HTTP_PROXY)
        case .socks5?: CInt(CCURL_SOCKS5_PROXY)
        }
    }

    private func withCStrings<Value>(_ texts: [String?], _ action: ([UnsafePointer<CChar>?]) -> Value) -> Value {
        let copies = texts.map { $0.flatMap { strdup($0) } }
        defer { for copy in copies { free(copy) } }
        return action(copies.map { UnsafePointer($0) })
    }
}
