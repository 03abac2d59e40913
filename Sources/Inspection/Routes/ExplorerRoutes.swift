import Hummingbird

/// The explorer page: files that are part of the executable, so that it works offline and is as old as the validator itself.
struct ExplorerRoutes: Sendable {
    private static let files: [(path: String, file: TaggedFile)] = [
        ("/", file(PackageResources.index_html, "text/html")),
        ("/explorer/style.css", file(PackageResources.style_css, "text/css")),
        ("/explorer/icon.svg", file(PackageResources.icon_svg, "image/svg+xml")),
        ("/explorer/main.js", file(PackageResources.main_js, "text/javascript")),
        ("/explorer/map.js", file(PackageResources.map_js, "text/javascript")),
        ("/explorer/state.js", file(PackageResources.state_js, "text/javascript")),
        ("/explorer/panel.js", file(PackageResources.panel_js, "text/javascript")),
        ("/explorer/kinds.js", file(PackageResources.kinds_js, "text/javascript")),
        ("/explorer/learning.js", file(PackageResources.learning_js, "text/javascript")),
        ("/explorer/curve.js", file(PackageResources.curve_js, "text/javascript")),
        ("/explorer/speeds.js", file(PackageResources.speeds_js, "text/javascript")),
    ]

    func addRoutes(to router: Router<InspectionContext>) {
        for (path, file) in Self.files {
            router.get(RouterPath(path)) { request, _ in file.response(to: request) }
        }
    }

    /// Asked after each time, so that a page and its parts are always of one version.
    private static func file(_ bytes: [UInt8], _ type: String) -> TaggedFile {
        TaggedFile(bytes, type: "\(type); charset=utf-8", caching: "no-cache")
    }
}
