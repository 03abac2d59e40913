import Foundation
import Schema
import SwiftProtobuf

/// The model in formats that other programs read.
///
/// Both files hold the parameters as 32-bit floats, each exact within ±256. The input is the 38 features of a window, as
/// `SurfaceFeatures.values` gives them; the output is the logits of the five surfaces in the order of `Surface`.
extension PerceptionModel {
    /// The model as ONNX, ir_version 8, opset 13: `features` [N, 38] → Gemm → Relu → Gemm → `logits` [N, 5].
    public func onnx() -> [UInt8] {
        let model = Waymark_Onnx_Model.with {
            $0.irVersion = 8
            $0.producerName = "waymark"
            $0.docString = "Road surface from 38 features of vertical acceleration at 50 Hz."
            $0.opsetImport = [Waymark_Onnx_OperatorSet.with { $0.version = 13 }]
            $0.graph = graph
            $0.metadataProps = [.with { ($0.key, $0.value) = ("classes", PerceptionModel.classNames) }]
        }
        do {
            return try model.serializedBytes()
        } catch {
            preconditionFailure("a message without required fields and below 2 GiB always encodes: \(error)")
        }
    }

    /// The model as safetensors: a JSON header, its length in front as a little-endian UInt64, then the tensors' floats, little
    /// endian, in the order `hidden.weight`, `hidden.bias`, `output.weight`, `output.bias`.
    public func safetensors() -> [UInt8] {
        var entries = ["\"__metadata__\":{\"classes\":\"\(PerceptionModel.classNames)\"}"]
        var floats: [UInt8] = []
        for tensor in tensors {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let start = floats.count
            floats += tensor.littleEndianBytes
            entries.append(
                "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(floats.count)]}"
            )
        }
        var header = Array("{\(entries.joined(separator: ","))}".utf8)
        // The format asks that the tensors begin at a multiple of 8.
        header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        let length = UInt64(header.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + floats
    }

    private static let classNames = Surface.allCases.map { "\($0)" }.joined(separator: ",")

    private var graph: Waymark_Onnx_Graph {
        .with {
            $0.name = "perception"
            $0.node = [
                .gemm("hidden", input: "features", output: "hidden.sum"),
                .with {
                    ($0.name, $0.opType) = ("hidden.relu", "Relu")
                    ($0.input, $0.output) = (["hidden.sum"], ["hidden.value"])
                },
                .gemm("output", input: "hidden.value", output: "logits"),
            ]
            $0.initializer = tensors.map { tensor in
                .with {
                    $0.name = tensor.name
                    $0.dims = tensor.shape.map { Int64($0) }
                    $0.dataType = PerceptionTensor.onnxFloat
                    $0.rawData = Data(tensor.littleEndianBytes)
                }
            }
            $0.input = [.batch("features", of: PerceptionModel.inputs)]
            $0.output = [.batch("logits", of: PerceptionModel.outputs)]
        }
    }

    private var tensors: [PerceptionTensor] {
        let (inputs, hidden, outputs) = (PerceptionModel.inputs, PerceptionModel.hidden, PerceptionModel.outputs)
        let floats = floatParameters
        let (b1, w2, b2) = (
            PerceptionModel.hiddenBiasOffset, PerceptionModel.outputWeightOffset, PerceptionModel.outputBiasOffset
        )
        return [
            PerceptionTensor(name: "hidden.weight", shape: [hidden, inputs], values: floats[..<b1]),
            PerceptionTensor(name: "hidden.bias", shape: [hidden], values: floats[b1..<w2]),
            PerceptionTensor(name: "output.weight", shape: [outputs, hidden], values: floats[w2..<b2]),
            PerceptionTensor(name: "output.bias", shape: [outputs], values: floats[b2...]),
        ]
    }
}

/// A named array of floats, row by row.
private struct PerceptionTensor {
    /// ONNX's number of the type of 32-bit floats.
    static let onnxFloat: Int32 = 1

    let name: String
    let shape: [Int]
    let values: ArraySlice<Float>

    var littleEndianBytes: [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) } }
    }
}

extension Waymark_Onnx_Node {
    /// input · Wᵀ + b, of the layer's tensors.
    fileprivate static func gemm(_ layer: String, input: String, output: String) -> Waymark_Onnx_Node {
        .with {
            ($0.name, $0.opType) = ("\(layer).gemm", "Gemm")
            ($0.input, $0.output) = ([input, "\(layer).weight", "\(layer).bias"], [output])
            // Type 2 is an integer.
            $0.attribute = [.with { ($0.name, $0.i, $0.type) = ("transB", 1, 2) }]
        }
    }
}

extension Waymark_Onnx_ValueInfo {
    /// Floats of shape [N, width].
    fileprivate static func batch(_ name: String, of width: Int) -> Waymark_Onnx_ValueInfo {
        .with {
            $0.name = name
            $0.type.tensorType.elemType = PerceptionTensor.onnxFloat
            $0.type.tensorType.shape.dim = [.with { $0.dimParam = "N" }, .with { $0.dimValue = Int64(width) }]
        }
    }
}
