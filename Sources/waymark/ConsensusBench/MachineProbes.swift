import Cryptography
import Foundation
import Telemetry

/// What the machine's disk takes to sync while a bench runs on it.
struct SyncProbe {
    let folder: String

    private static let bytes = 512
    private static let intervalMilliseconds = 50

    /// Appends a few bytes and syncs them, again and again for so many seconds; the syncs' durations in milliseconds.
    func run(seconds: Int) async throws -> Percentiles {
        let path = "\(folder)/sync-probe"
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw Failure("cannot write \(path)") }
        defer { try? file.close() }
        var durations = Percentiles()
        let end = Date(timeIntervalSinceNow: Double(seconds))
        while Date() < end {
            try file.write(contentsOf: Data(count: Self.bytes))
            let start = DispatchTime.now().uptimeNanoseconds
            guard fdatasync(file.fileDescriptor) == 0 else { throw Failure("cannot sync \(path)") }
            durations.add(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
            try await Task.sleep(for: .milliseconds(Self.intervalMilliseconds))
        }
        return durations
    }
}

/// How many signatures a core checks in a second, by the verifier that validators use.
enum VerificationRate {
    private static let rounds = 10_000
    private static let messageBytes = 256

    /// Verifications of one key's signatures over messages as long as a report, per second of CPU.
    static func perCoreSecond() -> Double {
        let key = SigningKey.generate()
        let message = [UInt8](repeating: 0x5A, count: messageBytes)
        let signature = key.sign(message)
        let before = ProcessorTime.own()
        var good = 0
        for _ in 0..<rounds where key.publicKey.verifies(signature, over: message) { good += 1 }
        precondition(good == rounds, "a good signature is found good each time")
        return Double(rounds) / (ProcessorTime.own() - before)
    }
}
