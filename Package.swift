// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: warnings are errors and each use of an unsafe construct is marked.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error), .strictMemorySafety()]

func module(
    _ name: String, in folder: String = "Sources", _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "\(folder)/\(name)", exclude: exclude, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, path: "Tests/\(name)Tests",
        swiftSettings: strict)
}

func system(_ name: String, package: String, pkgConfig: String) -> Target {
    .systemLibrary(name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")

let package = Package(
    name: "waymark",
    products: [
        .executable(name: "waymark", targets: ["waymark"]),
        .library(name: "VehicleKit", targets: ["VehicleKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ],
    targets: [
        // C libraries: each has exactly one importer.
        system("CLibuv", package: "libuv1-dev", pkgConfig: "libuv"),
        system("COpenSSL", package: "libssl-dev", pkgConfig: "openssl"),
        system("CSodium", package: "libsodium-dev", pkgConfig: "libsodium"),
        system("CZlib", package: "zlib1g-dev", pkgConfig: "zlib"),

        // Values.
        module("Wire"),
        module("Geography"),
        module("Cryptography", ["Wire", "CSodium", "COpenSSL"]),
        module("Schema", [protobuf], exclude: ["Protobuf"]),
        module("Telemetry", ["Wire", "Schema", "Cryptography", "Geography"]),
        module("TransparencyLog", ["Cryptography"]),
        module("Roads", ["Geography", "Schema", "CZlib", heap]),

        // Machines.
        module("Consensus", ["Wire", "Cryptography", deque]),
        module("Hazards", ["Wire", "Cryptography", "Telemetry", "Geography"]),
        module(
            "Replica", ["Wire", "Cryptography", "Geography", "Consensus", "Telemetry", "TransparencyLog", "Hazards"]),

        // Shells.
        module("EventLoop", ["CLibuv", deque]),
        module("Transport", ["EventLoop", "Cryptography", "Wire", deque]),
        module("Storage", ["EventLoop", "Wire", "Cryptography", "TransparencyLog", grdb]),
        module(
            "Server",
            [
                "Wire", "Replica", "Transport", "Storage", "EventLoop", "Cryptography", "Telemetry", "Consensus",
                "TransparencyLog", "Hazards", "Geography", logging,
            ]),
        module(
            "Inspection",
            [
                "Storage", "TransparencyLog", "Replica", "Roads", "Geography", "Telemetry", "Hazards", "Cryptography",
                hummingbird, logging,
            ]),
        module(
            "VehicleKit",
            [
                "Wire", "Telemetry", "Hazards", "Roads", "TransparencyLog", "Transport", "EventLoop", "Cryptography",
                "Geography", deque,
            ]),

        // Simulator.
        module("Traffic", in: "simulator", ["Geography", "Roads", "Telemetry", "VehicleKit"]),

        // Tool.
        .executableTarget(
            name: "waymark",
            dependencies: ["Server", "Inspection", "VehicleKit", "Traffic", argumentParser],
            path: "Sources/waymark", swiftSettings: strict),

        // Tests.
        tests("Wire"),
        tests("Geography"),
        tests("Cryptography"),
        tests("Telemetry"),
        tests("TransparencyLog"),
        tests("Roads"),
        tests("Consensus"),
        tests("Hazards"),
        tests("Replica"),
        tests("EventLoop"),
        tests("Transport"),
        tests("Storage"),
        tests("Traffic"),
    ]
)
