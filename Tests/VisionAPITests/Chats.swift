import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

/// Bodies of chats as clients write them, and what comes back.
enum Chats {
    static let base64 = Demo.image.base64EncodedString()
    static let image = #"{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(base64)"}}"#

    static func text(_ text: String) -> String { #"{"type":"text","text":"\#(text)"}"# }

    static func user(_ parts: String...) -> String {
        #"{"role":"user","content":[\#(parts.joined(separator: ","))]}"#
    }

    static func messages(_ messages: [String], _ fields: String = "") -> String {
        #"{"model":"any","messages":[\#(messages.joined(separator: ","))]\#(fields)}"#
    }
}

extension TestClientProtocol {
    func chat(_ path: String, _ body: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: path, method: .post, headers: headers, body: ByteBuffer(string: body))
    }
}

extension TestResponse {
    var json: [String: Any] {
        get throws {
            try #require(JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any])
        }
    }

    /// What an OpenAI chat says.
    var content: String? {
        get throws {
            let choice = (try json["choices"] as? [[String: Any]])?.first
            return (choice?["message"] as? [String: Any])?["content"] as? String
        }
    }

    /// The sentence of an error of OpenAI's.
    var message: String? { get throws { (try json["error"] as? [String: Any])?["message"] as? String } }

    /// The data of each server-sent event.
    var events: [String] {
        String(buffer: body).components(separatedBy: "\n\n").compactMap { event in
            event.split(separator: "\n").first { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
        }
    }

    /// Lines of JSON.
    var lines: [[String: Any]] {
        get throws {
            try String(buffer: body).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
                try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }
    }
}
