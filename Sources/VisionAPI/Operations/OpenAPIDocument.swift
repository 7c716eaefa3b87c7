import Hummingbird

/// The description of the service for programs, OpenAPI 3.1: Resources/openapi.json.
enum OpenAPIDocument {
    static let response = Response.text(
        String(decoding: PackageResources.openapi_json, as: UTF8.self), contentType: "application/json")
}
