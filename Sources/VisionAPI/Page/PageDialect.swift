import HTTPDoor
import HTTPTypes
import Hummingbird

/// The address without a path: to browsers a page for people, to programs the sentence by which Ollama's clients know a
/// server.
struct PageDialect: Sendable {
    private static let sentence = "Ollama is running"

    private let page = EmbeddedPage(
        PackageResources.page_html,
        parts: [
            "style.css": PackageResources.style_css, "view.html": PackageResources.view_html,
            "files.js": PackageResources.files_js, "zip.js": PackageResources.zip_js,
            "captions.js": PackageResources.captions_js, "grid.js": PackageResources.grid_js,
            "captioning.js": PackageResources.captioning_js, "tools.js": PackageResources.tools_js,
            "clean.js": PackageResources.clean_js, "viewer.js": PackageResources.viewer_js,
            "folder.js": PackageResources.folder_js,
        ])

    var dialect: Dialect {
        Dialect(
            errorFormat: .detailAndCode,
            routes: [
                // There is nothing secret in it, and it is where people enter their key.
                Route(.get, "", isOpen: true) { request, _ in answer(request) }
            ])
    }

    private func answer(_ request: Request) -> Response {
        let isForPeople = request.method != .head && request.accepts("text/html")
        var response =
            isForPeople ? page.response : .text(Self.sentence, contentType: "text/plain; charset=utf-8")
        response.headers[.vary] = "Accept"
        return response
    }
}
