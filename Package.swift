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

/// The values and machines alone, which need no heavy dependency: `WAYMARK_PURE=1 swift test` checks them unoptimised.
let isPure = Context.environment["WAYMARK_PURE"] != nil

let libraries: [Target] = [
    // Each C library has exactly one importer.
    system("CLibuv", package: "libuv1-dev", pkgConfig: "libuv"),
    system("COpenSSL", package: "libssl-dev", pkgConfig: "openssl"),
    system("CSodium", package: "libsodium-dev", pkgConfig: "libsodium"),
    system("CZlib", package: "zlib1g-dev", pkgConfig: "zlib"),
    .systemLibrary(name: "CLinux", path: "Sources/CLinux"),
]

let values: [Target] = [
    module("Wire"),
    module("Geography"),
    module("Cryptography", ["Wire", "CSodium", "COpenSSL"]),
    module("Schema", [protobuf], exclude: ["Protobuf"]),
    module("Models", ["Wire", "Cryptography", "Schema", protobuf]),
    module("Telemetry", ["Wire", "Schema", "Cryptography", "Geography", "Models", protobuf]),
    module("TransparencyLog", ["Cryptography"]),
    module("Roads", ["Geography", "Schema", "CZlib", heap, protobuf]),
]

let machines: [Target] = [
    module("Consensus", ["Wire", "Cryptography", deque]),
    module("Hazards", ["Wire", "Schema", "Cryptography", "Telemetry", "Geography", protobuf]),
    module("Federation", ["Wire", "Cryptography", "Telemetry", "Models"]),
    module(
        "Replica",
        [
            "Wire", "Cryptography", "Geography", "Consensus", "Telemetry", "TransparencyLog", "Hazards", "Federation",
        ]),
]

/// Worlds around the machines alone.
let simulators: [Target] = [
    module(
        "Cluster", in: "simulator",
        [
            "Wire", "Cryptography", "Geography", "Models", "Consensus", "Telemetry", "TransparencyLog", "Replica", heap,
            deque,
        ])
]

let shells: [Target] = [
    module("EventLoop", ["CLibuv"]),
    module("Transport", ["EventLoop", "Cryptography", "Wire", deque]),
    module("Storage", ["CLinux", "Wire", "Cryptography", "TransparencyLog", grdb]),
    module(
        "Server",
        [
            "Wire", "Replica", "Transport", "Storage", "EventLoop", "Cryptography", "Telemetry", "Consensus",
            "TransparencyLog", "Hazards", "Federation", logging,
        ]),
    .target(
        name: "Inspection",
        dependencies: [
            "Wire", "Storage", "TransparencyLog", "Replica", "Roads", "Geography", "Telemetry", "Hazards",
            "Cryptography", "Models", "Consensus", hummingbird, logging,
        ],
        path: "Sources/Inspection", resources: [.embedInCode("Page")], swiftSettings: strict),
    module(
        "VehicleKit",
        [
            "Wire", "Telemetry", "Hazards", "TransparencyLog", "Transport", "EventLoop", "Cryptography", "Geography",
            "Roads", "Models", "Federation", deque,
        ]),
    module("Traffic", in: "simulator", ["Wire", "Geography", "Roads", "Telemetry", "Models"]),
    .executableTarget(
        name: "waymark",
        dependencies: [
            "Server", "Inspection", "VehicleKit", "Traffic", "Cluster", "Storage", "Roads", "TransparencyLog",
            "Telemetry",
            "Hazards", "Geography", "Cryptography", "EventLoop", "Transport", "Replica", "Wire", "Models", "Federation",
            "Consensus", argumentParser, logging,
        ],
        path: "Sources/waymark", swiftSettings: strict),
]

let pureTests: [Target] = [
    tests("Wire"),
    tests("Geography"),
    tests("Cryptography"),
    tests("Telemetry", ["Wire", "Cryptography", "Geography"]),
    tests("TransparencyLog", ["Cryptography"]),
    tests("Roads", ["Geography", "Schema", protobuf]),
    tests("Consensus", ["Wire", "Cryptography"]),
    tests("Models", ["Wire", "Cryptography", "Schema", protobuf]),
    tests("Hazards", ["Wire", "Cryptography", "Geography", "Telemetry"]),
    tests("Federation", ["Wire", "Cryptography", "Geography", "Telemetry", "Models"]),
    tests(
        "Replica",
        [
            "Wire", "Cryptography", "Geography", "Consensus", "Telemetry", "TransparencyLog", "Hazards", "Federation",
            "Models",
        ]),
    tests("Cluster", ["Consensus"]),
    .executableTarget(
        name: "InstructionCount", dependencies: ["Cluster"], path: "Tests/InstructionCount", exclude: ["run", "limit"],
        swiftSettings: strict),
]

let shellTests: [Target] = [
    .testTarget(name: "ArchitectureTests", path: "Tests/ArchitectureTests", swiftSettings: strict),
    tests("EventLoop"),
    tests("Transport", ["EventLoop", "Cryptography", "Wire"]),
    tests("Storage", ["Wire", "Cryptography", "TransparencyLog", grdb]),
    tests(
        "Inspection",
        [
            "Wire", "Storage", "TransparencyLog", "Replica", "Roads", "Geography", "Telemetry", "Hazards",
            "Cryptography", "Models", hummingbird, logging,
        ]),
    tests(
        "VehicleKit",
        [
            "Wire", "Telemetry", "Hazards", "TransparencyLog", "Transport", "EventLoop", "Cryptography", "Geography",
            "Roads", "Models", "Federation",
        ]),
    tests("Traffic", ["Geography", "Roads", "Telemetry", "Wire", "Models"]),
    tests(
        "Server",
        [
            "Consensus", "Cryptography", "Geography", "Hazards", "Replica", "Storage", "Telemetry", "Transport",
            "TransparencyLog", "Wire", "Federation",
        ]),
]

let package = Package(
    name: "waymark",
    products: isPure
        ? []
        : [
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
    targets: libraries + values + machines + simulators + (isPure ? pureTests : shells + pureTests + shellTests)
)
