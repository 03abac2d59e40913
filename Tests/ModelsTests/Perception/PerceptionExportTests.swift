import Foundation
import Schema
import Testing

@testable import Models

@Test func theONNXFileSaysWhatTheModelIs() throws {
    let model = try Invented.model(seed: 7)
    let read = try Waymark_Onnx_Model(serializedBytes: model.onnx())
    #expect(read.irVersion == 8 && read.opsetImport.map(\.version) == [13])
    #expect(read.graph.node.map(\.opType) == ["Gemm", "Relu", "Gemm"])
    #expect(read.graph.input.map(\.name) == ["features"] && read.graph.output.map(\.name) == ["logits"])
    #expect(read.graph.initializer.map(\.dims) == [[32, 38], [32], [5, 32], [5]])
    #expect(floats(read.graph.initializer.flatMap { Array($0.rawData) }) == model.floatParameters)
}

@Test func theSafetensorsFileSaysWhatTheModelIs() throws {
    let model = try Invented.model(seed: 8)
    let bytes = model.safetensors()
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    #expect(length % 8 == 0)
    let header = try #require(
        try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: [String: Any]])
    #expect(Set(header.keys) == ["__metadata__", "hidden.weight", "hidden.bias", "output.weight", "output.bias"])
    #expect(header["output.weight"]?["shape"] as? [Int] == [5, 32])
    #expect(header["output.bias"]?["data_offsets"] as? [Int] == [5632, 5652])
    #expect(bytes.count == 8 + length + 4 * PerceptionModel.parameterCount)
    #expect(floats(Array(bytes[(8 + length)...])) == model.floatParameters)
}

/// Writes a trained model and what it says of samples, for a runtime that shares no code with it: see Tests/integration/test_onnx.py.
@Test func aTrainedModelIsExportedForOtherRuntimes() throws {
    let samples = try exportedSamples()
    var settings = TrainingSettings.central
    settings.epochs = 10
    let start = PerceptionModel.initial(seed: 1)
    let delta = PerceptionTrainer.train(from: start, on: samples, settings: settings, seed: 1)
    let model = start.adding(delta.map { Int32(($0 * 65_536).rounded()) })
    let lines = try samples.map { sample in
        let features = sample.features.map { Float($0) / 256 }
        let logits = model.logits(features)
        for logit in logits { #expect(logit.isFinite) }
        return try JSONEncoder().encode(ExportedSample(features: features, logits: logits, argmax: argmax(logits)))
    }
    guard let folder = ProcessInfo.processInfo.environment["WAYMARK_EXPORT_DIR"] else { return }
    let root = URL(fileURLWithPath: folder)
    try Data(model.onnx()).write(to: root.appendingPathComponent("model.onnx"))
    try Data(model.safetensors()).write(to: root.appendingPathComponent("model.safetensors"))
    try Data(lines.joined(separator: Data("\n".utf8))).write(to: root.appendingPathComponent("samples.jsonl"))
}

private struct ExportedSample: Encodable {
    let features: [Float]
    let logits: [Float]
    let argmax: Int
}

/// All recorded series, or invented samples where there are none.
private func exportedSamples() throws -> [LabelledFeatures] {
    guard let series = try Recorded.series() else { return try Invented.samples(400, seed: 51) }
    return try series.map { LabelledFeatures(try SurfaceFeatures(window: $0.window), surface: $0.surface) }
}

private func argmax(_ logits: [Float]) -> Int {
    logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
}

private func floats(_ bytes: [UInt8]) -> [Float] {
    stride(from: 0, to: bytes.count, by: 4).map { start in
        Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) })
    }
}
