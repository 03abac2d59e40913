import EventLoop
import Foundation
import FoundationNetworking
import TransparencyLog

/// A log that is served over HTTP, such as a validator's or a mirror's.
struct HTTPSource: LogSource {
    let prefix: URL

    /// The log below `text`, an http or https address.
    init(_ text: String) throws {
        guard let url = URL(string: text), url.scheme == "http" || url.scheme == "https", url.host != nil else {
            throw Failure("\(text) is no http address")
        }
        prefix = url
    }

    func read(_ path: LogPath) throws(SourceError) -> [UInt8] {
        let answer: (status: Int, body: Data)
        do {
            answer = try HTTP.get(prefix.appendingPathComponent(path.text))
        } catch {
            throw .failed("\(error)")
        }
        if answer.status == 404 { throw .missing }
        guard answer.status == 200 else { throw .failed("status \(answer.status)") }
        guard answer.body.count <= path.byteLimit else { throw .tooLong(limit: path.byteLimit) }
        return [UInt8](answer.body)
    }
}

/// The few requests that the tool makes. Blocking: the caller has nothing else to do.
enum HTTP {
    static func get(_ url: URL, timeoutSeconds: Double = 10) throws -> (status: Int, body: Data) {
        var request = URLRequest(url: url)
        request.timeoutInterval = timeoutSeconds
        let answer = Latest<Result<(Int, Data), any Error>>(.failure(Failure("no answer from \(url)")))
        let isThere = DispatchSemaphore(value: 0)
        let task = URLSession.shared.dataTask(with: request) { body, response, error in
            if let response = response as? HTTPURLResponse {
                answer.value = .success((response.statusCode, body ?? Data()))
            } else if let error {
                answer.value = .failure(Failure("\(url): \(error.localizedDescription)"))
            }
            isThere.signal()
        }
        task.resume()
        isThere.wait()
        let (status, body) = try answer.value.get()
        return (status, body)
    }

    static func json<Answer: Decodable>(_ type: Answer.Type, _ url: URL) throws -> Answer {
        let (status, body) = try get(url)
        guard status == 200 else { throw Failure("\(url): status \(status)") }
        return try JSONDecoder().decode(type, from: body)
    }
}
