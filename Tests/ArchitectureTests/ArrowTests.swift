import Foundation
import Testing

/// The module graph is the architecture, so it is kept by a test: who may import whom, who alone imports a C library, and where Foundation and
/// generated types may be seen.
private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// From the lowest to the highest. A module imports only from the lines above its own, and from its own line nothing.
private let layers: [[String]] = [
    ["Wire", "Geography", "Schema"],
    ["Cryptography"],
    ["Models", "TransparencyLog", "Roads"],
    ["Telemetry"],
    ["Consensus", "Hazards", "Federation"],
    ["Replica"],
    ["EventLoop"],
    ["Transport", "Storage"],
    ["Server", "Inspection", "VehicleKit"],
    ["Traffic", "Cluster"],
    ["waymark"],
]

private let machines = ["Consensus", "Hazards", "Federation", "Replica"]
private let values = ["Wire", "Geography", "Cryptography", "Models", "Telemetry", "TransparencyLog", "Roads"]
private let importerOfLibrary = [
    "CLibuv": "EventLoop", "COpenSSL": "Cryptography", "CSodium": "Cryptography", "CZlib": "Roads", "CLinux": "Storage",
    "GRDB": "Storage",
    "Hummingbird": "Inspection", "ArgumentParser": "waymark",
]

private struct SourceFile {
    let module: String
    let name: String
    let imports: [String]
    let text: String
}

private func sources() throws -> [SourceFile] {
    var files: [SourceFile] = []
    for module in layers.joined() {
        let folder = root.appendingPathComponent(
            ["Traffic", "Cluster"].contains(module) ? "simulator/\(module)" : "Sources/\(module)")
        let paths = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        for case let url as URL in paths ?? .init() where url.pathExtension == "swift" {
            let text = try String(contentsOf: url, encoding: .utf8)
            let imports = text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                let isImport =
                    words.first == "import"
                    || words.first?.hasPrefix("@") == true && words.dropFirst().first == "import"
                return isImport ? words.last.map(String.init) : nil
            }
            files.append(SourceFile(module: module, name: url.lastPathComponent, imports: imports, text: text))
        }
    }
    return files
}

@Test func everyArrowPointsDown() throws {
    let level = Dictionary(
        uniqueKeysWithValues: layers.enumerated().flatMap { level, modules in modules.map { ($0, level) } })
    let files = try sources()
    #expect(Set(files.map(\.module)) == Set(level.keys), "every module has sources")
    for file in files {
        for other in file.imports {
            guard let below = level[other], let own = level[file.module] else { continue }
            #expect(below < own, "\(file.module)/\(file.name) imports \(other)")
        }
    }
}

@Test func eachLibraryHasOneImporter() throws {
    for file in try sources() {
        for library in file.imports {
            guard let importer = importerOfLibrary[library] else { continue }
            #expect(file.module == importer, "\(file.module)/\(file.name) imports \(library)")
        }
    }
}

@Test func vehiclesDoNotSeeTheValidatorsSide() throws {
    let hidden: Set = ["Consensus", "Replica", "Storage", "Server", "Inspection"]
    for file in try sources() where file.module == "VehicleKit" {
        #expect(hidden.isDisjoint(with: file.imports), "\(file.name)")
    }
}

@Test func valuesAndMachinesSeeNeitherFoundationNorGeneratedTypesNorAClock() throws {
    for file in try sources() where (values + machines).contains(file.module) && !file.name.hasSuffix("+Wire.swift") {
        for forbidden in ["Foundation", "SwiftProtobuf", "Schema", "Dispatch"] {
            #expect(!file.imports.contains(forbidden), "\(file.module)/\(file.name) imports \(forbidden)")
        }
        for forbidden in ["Date()", "Task {", "Task.sleep", "ContinuousClock"] {
            #expect(!file.text.contains(forbidden), "\(file.module)/\(file.name) uses \(forbidden)")
        }
    }
}

@Test func locksAndUncheckedClaimsStayInTheEventLoop() throws {
    for file in try sources() where file.module != "EventLoop" {
        for forbidden in ["@unchecked Sendable", "Mutex(", "NSLock"] {
            #expect(!file.text.contains(forbidden), "\(file.module)/\(file.name) uses \(forbidden)")
        }
    }
}
