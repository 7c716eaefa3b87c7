import Foundation
import Testing

/// docs/api.md against the OpenAPI document.
@Suite("The page of the API")
struct APIDocumentTests {
    let page: Document
    let api: OpenAPI

    init() throws {
        page = try Document("docs/api.md")
        let url = SourceFile.root.appending(path: "Sources/VisionAPI/Resources/openapi.json")
        api = try JSONDecoder().decode(OpenAPI.self, from: Data(contentsOf: url))
    }

    @Test("the table of routes has every route, and no other")
    func routes() throws {
        let table = try #require(page.section("Routes")).codes(inColumn: 0)
        #expect(table == api.routes)
    }

    @Test("every content type of an answer is named")
    func contentTypes() {
        for type in api.contentTypes { #expect(page.text.contains("`\(type)`"), "\(type)") }
    }

    @Test("no page names a route that there is not")
    func noUnknownRoute() throws {
        for document in try Document.ofUsers() {
            #expect(document.routes.subtracting(api.routes).isEmpty, "\(document)")
        }
    }

    @Test("the table of a request's fields has every field, and no other")
    func requestFields() throws {
        let table = try #require(page.section("POST /process_image")).codes(inColumn: 0)
        #expect(table == (try api.fields(of: "ProcessImageRequest")))
    }

    @Test("the table of the status has every field, and no other; what is inside them is named")
    func statusFields() throws {
        let section = try #require(page.section("GET /status"))
        #expect(section.codes(inColumn: 0) == (try api.fields(of: "Status")))
        let status = try #require(api.components.schemas["Status"]?.properties)
        for name in ["queue", "memory", "counters"] {
            for inner in (status[name]?.properties ?? [:]).keys {
                #expect(section.text.contains("`\(inner)`"), "\(name).\(inner)")
            }
        }
    }

    @Test("the table of errors has every code, and no other")
    func errorCodes() throws {
        let table = try #require(page.section("Errors")).codes(inColumn: 1)
        let codes = try #require(api.components.schemas["Error"]?.properties?["code"]?.enum)
        #expect(table == Set(codes))
    }
}

/// What the page is compared with.
struct OpenAPI: Decodable {
    let paths: [String: [String: Operation]]
    let components: Components

    struct Operation: Decodable {
        let responses: [String: Response]
    }

    struct Response: Decodable {
        let content: [String: Content]?
    }

    struct Content: Decodable {}

    struct Components: Decodable {
        let schemas: [String: Schema]
    }

    struct Schema: Decodable {
        let properties: [String: Schema]?
        let `enum`: [String]?
    }

    /// Methods with paths.
    var routes: Set<String> {
        Set(paths.flatMap { path, operations in operations.keys.map { "\($0.uppercased()) \(path)" } })
    }

    var contentTypes: Set<String> {
        Set(paths.values.flatMap(\.values).flatMap(\.responses.values).flatMap { ($0.content ?? [:]).keys })
    }

    func fields(of schema: String) throws -> Set<String> {
        Set(try #require(components.schemas[schema]?.properties).keys)
    }
}
