// swift-tools-version: 6.2
import PackageDescription

#if !os(Linux)
  #error("The account-status server runs on Linux only: it needs epoll, memfd and SO_PEERCRED.")
#endif

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]
let c: [CSetting] = [
  .treatAllWarnings(as: .error)
]

/// Test targets mirror the sources.
let tests: [Target] = [
  .testTarget(
    name: "TTRPCTests",
    dependencies: [
      "TTRPC", "CTTRPC", "CGoogleRPC", "CGoogleProtobuf", "CProtobufC", "CLinux",
    ],
    swiftSettings: swift),
  .testTarget(name: "TidyTests", swiftSettings: swift),
  .testTarget(
    name: "AccountStatusClientTests",
    dependencies: [
      "AccountStatusClient", "AccountStatusAPI", "AccountStatusModel", "TTRPC", "CStatusTable",
      "order-gateway-example",
    ],
    swiftSettings: swift),
  .testTarget(
    name: "AccountStatusAPITests",
    dependencies: ["AccountStatusAPI", "AccountStatusModel", "TTRPC", "CAccountStatusDescriptors"],
    swiftSettings: swift),
  .testTarget(
    name: "accountstatusTests",
    dependencies: [
      "accountstatus", "AccountStatusClient", "AccountStatusModel", "ExplanationText",
      "ProtobufJSON", "JSONText",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: swift),
  .testTarget(
    name: "AccountStatusModelTests", dependencies: ["AccountStatusModel"], swiftSettings: swift),
  .testTarget(
    name: "AccountStatusRulesTests",
    dependencies: [
      "AccountStatusRules", "AccountStatusModel", "RulesOracle", "ExplanationText", "JSONText",
    ],
    swiftSettings: swift),
  .testTarget(
    name: "AccountStatusLedgerTests",
    dependencies: [
      "AccountStatusLedger", "AccountStatusRules", "AccountStatusModel",
      .product(name: "GRDBSQLite", package: "GRDB.swift"),
    ],
    swiftSettings: swift),
  .target(
    name: "RulesOracle", dependencies: ["AccountStatusRules", "AccountStatusModel"],
    path: "Tests/RulesOracle", swiftSettings: swift),
  .target(
    name: "SimulatedYears",
    dependencies: [
      "RulesOracle", "AccountStatusServer", "AccountStatusLedger", "AccountStatusRules",
      "AccountStatusModel", "CStatusTable", .product(name: "GRDBSQLite", package: "GRDB.swift"),
    ],
    path: "Tests/SimulatedYears/SimulatedYears", swiftSettings: swift),
  .executableTarget(
    name: "simulated-years",
    dependencies: [
      "SimulatedYears", "AccountStatusModel",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    path: "Tests/SimulatedYears/simulated-years", swiftSettings: swift),
  .testTarget(
    name: "SimulatedYearsTests",
    dependencies: ["SimulatedYears", "AccountStatusLedger", "AccountStatusModel"],
    swiftSettings: swift),
  .executableTarget(
    name: "ledger-crash-probe",
    dependencies: ["AccountStatusLedger", "AccountStatusRules", "AccountStatusModel"],
    path: "Tests/Crash/ledger-crash-probe", swiftSettings: swift),
  .executableTarget(
    name: "table-read-probe",
    dependencies: ["AccountStatusClient", "AccountStatusModel", "TTRPC"],
    path: "Tests/TableReads/table-read-probe", swiftSettings: swift),
  .testTarget(
    name: "PartnerCenterImportTests",
    dependencies: ["PartnerCenterImport", "AccountStatusModel", "JSONText"],
    exclude: ["Documents"], swiftSettings: swift),
  .testTarget(
    name: "ExplanationTextTests", dependencies: ["ExplanationText", "AccountStatusModel"],
    swiftSettings: swift),
  .testTarget(name: "JSONTextTests", dependencies: ["JSONText"], swiftSettings: swift),
  .testTarget(
    name: "ProtobufJSONTests",
    dependencies: ["ProtobufJSON", "JSONText", "CAccountStatusDescriptors"],
    exclude: ["protobuf_peer.py"], swiftSettings: swift),
  .target(
    name: "CStatusTableStress", dependencies: ["CStatusTable"], path: "Tests/CStatusTableStress",
    exclude: ["main.c"], cSettings: c),
  .testTarget(
    name: "CStatusTableTests", dependencies: ["CStatusTable", "CStatusTableStress"],
    swiftSettings: swift),
  .testTarget(name: "CBenchmarkTests", dependencies: ["CBenchmark"], swiftSettings: swift),
  .testTarget(
    name: "accountstatus-benchTests", dependencies: ["accountstatus-bench", "accountstatusd"],
    swiftSettings: swift),
  .testTarget(
    name: "AccountStatusServerTests",
    dependencies: [
      "AccountStatusServer", "AccountStatusLedger", "AccountStatusRules", "AccountStatusAPI",
      "AccountStatusModel", "TTRPC", "CStatusTable", "CLinux",
      .product(name: "Logging", package: "swift-log"),
    ],
    swiftSettings: swift),
  .testTarget(
    name: "accountstatusdTests", dependencies: ["accountstatusd", "AccountStatusServer"],
    swiftSettings: swift),
  .testTarget(
    name: "AccountStatusTestingTests",
    dependencies: [
      "AccountStatusTesting", "AccountStatusClient", "AccountStatusModel", "accountstatusd",
    ],
    swiftSettings: swift),
  .executableTarget(
    name: "client-matrix-driver",
    dependencies: [
      "AccountStatusClient", "AccountStatusAPI", "AccountStatusModel", "ProtobufJSON", "JSONText",
      "CAccountStatusDescriptors",
    ],
    path: "Tests/ClientMatrix/client-matrix-driver", swiftSettings: swift),
  .testTarget(
    name: "OrderGatewayTests",
    dependencies: ["AccountStatusTesting", "AccountStatusClient", "AccountStatusModel"],
    path: "Clients/Swift/Examples/OrderGatewayTests", swiftSettings: swift),
  .testTarget(
    name: "EndToEndTests",
    dependencies: [
      "AccountStatusTesting", "AccountStatusClient", "AccountStatusModel", "order-service-example",
    ],
    swiftSettings: swift),
]

let package = Package(
  name: "accountstatus",
  products: [
    .executable(name: "accountstatusd", targets: ["accountstatusd"]),
    .executable(name: "accountstatus", targets: ["accountstatus"]),
    .executable(name: "accountstatus-bench", targets: ["accountstatus-bench"]),
    .library(name: "AccountStatusClient", targets: ["AccountStatusClient", "AccountStatusModel"]),
    .library(name: "AccountStatusTesting", targets: ["AccountStatusTesting"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(
      url: "https://github.com/apple/swift-configuration", from: "1.4.0",
      traits: [.trait(name: "JSON")]),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    // The contract, generated from proto/: one C module per proto package.
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .target(name: "CGoogleProtobuf", dependencies: ["CProtobufC"]),
    .target(name: "CGoogleRPC", dependencies: ["CProtobufC", "CGoogleProtobuf"]),
    .target(name: "CTTRPC", dependencies: ["CProtobufC", "CGoogleRPC"]),
    .target(name: "CGRPCHealthV1", dependencies: ["CProtobufC"]),
    .target(
      name: "CAccountStatusV1", dependencies: ["CProtobufC", "CGoogleProtobuf", "CGoogleRPC"]),
    .target(name: "CAccountStatusDescriptors"),

    // C foundations.
    .target(name: "CLinux", cSettings: c),
    .target(name: "CWireCheck", dependencies: ["CProtobufC"], cSettings: c),
    .target(name: "CStatusTable", cSettings: c),
    .target(name: "CSQLiteSettings", cSettings: c),

    // Pure domain.
    .target(name: "AccountStatusModel", swiftSettings: swift),
    .target(
      name: "AccountStatusRules", dependencies: ["AccountStatusModel", "JSONText"],
      resources: [.embedInCode("Editions")], swiftSettings: swift),
    .target(
      name: "PartnerCenterImport", dependencies: ["AccountStatusModel", "JSONText"],
      swiftSettings: swift),
    .target(name: "JSONText", swiftSettings: swift),
    .target(name: "ProtobufJSON", dependencies: ["JSONText"], swiftSettings: swift),
    .target(
      name: "ExplanationText", dependencies: ["AccountStatusModel", "JSONText"],
      resources: [.embedInCode("Catalogues")], swiftSettings: swift),

    // The runtime and the contract in Swift.
    .target(name: "TTRPC", dependencies: ["CLinux"], swiftSettings: swift),
    .target(
      name: "AccountStatusAPI",
      dependencies: [
        "AccountStatusModel", "TTRPC", "CAccountStatusV1", "CGRPCHealthV1", "CGoogleRPC",
        "CGoogleProtobuf", "CWireCheck", "CProtobufC",
      ],
      swiftSettings: swift),

    // The server.
    .target(
      name: "AccountStatusLedger",
      dependencies: [
        "AccountStatusRules", "AccountStatusModel", "CSQLiteSettings",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: swift),
    .target(
      name: "AccountStatusServer",
      dependencies: [
        "AccountStatusLedger", "AccountStatusRules", "AccountStatusAPI", "AccountStatusModel",
        "ExplanationText", "TTRPC", "CStatusTable", "CLinux",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: swift),
    .executableTarget(
      name: "accountstatusd",
      dependencies: [
        "AccountStatusServer", "AccountStatusModel", "TTRPC",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swift,
      // What one thread allocates another frees (docs/decisions/0019). Sanitizers, which bring an
      // allocator of their own, are for debug builds.
      linkerSettings: [.linkedLibrary("jemalloc", .when(configuration: .release))]),

    // Clients.
    .target(
      name: "AccountStatusClient",
      dependencies: ["AccountStatusAPI", "AccountStatusModel", "TTRPC", "CStatusTable"],
      path: "Clients/Swift/Sources/AccountStatusClient",
      swiftSettings: swift),
    .executableTarget(
      name: "order-gateway-example",
      dependencies: ["AccountStatusClient", "AccountStatusModel"],
      path: "Clients/Swift/Examples/order-gateway-example",
      swiftSettings: swift),
    .executableTarget(
      name: "order-service-example",
      dependencies: ["AccountStatusClient", "AccountStatusModel"],
      path: "Clients/Swift/Examples/order-service-example",
      swiftSettings: swift),
    .executableTarget(
      name: "support-desk-example",
      dependencies: ["AccountStatusClient", "AccountStatusModel"],
      path: "Clients/Swift/Examples/support-desk-example",
      swiftSettings: swift),
    .executableTarget(
      name: "accountstatus",
      dependencies: [
        "AccountStatusClient", "AccountStatusModel", "PartnerCenterImport", "ProtobufJSON",
        "ExplanationText", "JSONText", "CAccountStatusDescriptors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swift),
    .target(
      name: "CAccountStatusClient",
      dependencies: [
        "CAccountStatusV1", "CTTRPC", "CGoogleRPC", "CGoogleProtobuf", "CProtobufC", "CStatusTable",
        "CWireCheck",
      ],
      path: "Clients/C", sources: ["src"], publicHeadersPath: "include",
      cSettings: c + [.define("_GNU_SOURCE")]),
    .target(
      name: "CBenchmark",
      dependencies: [
        "CAccountStatusV1", "CTTRPC", "CGoogleRPC", "CGoogleProtobuf", "CProtobufC", "CStatusTable",
        "CAccountStatusClient",
      ],
      cSettings: c, linkerSettings: [.linkedLibrary("sqlite3")]),
    // What Benchmarks/run measures beside other systems.
    .target(name: "CLoadGenerator", path: "Benchmarks/generator/c", cSettings: c),
    .executableTarget(
      name: "benchmark-table-client",
      dependencies: ["CLoadGenerator", "AccountStatusClient", "AccountStatusModel"],
      path: "Benchmarks/accountstatus/benchmark-table-client", swiftSettings: swift),
    .executableTarget(
      name: "accountstatus-bench",
      dependencies: [
        "CBenchmark", "AccountStatusClient", "AccountStatusLedger", "AccountStatusRules",
        "AccountStatusModel",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swift),
    .target(
      name: "AccountStatusTesting",
      dependencies: ["AccountStatusClient", "AccountStatusModel"],
      swiftSettings: swift),
  ] + tests,
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
