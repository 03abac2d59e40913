import Foundation

/// CPU seconds as the kernel counts them.
enum ProcessorTime {
    /// Cores of this machine.
    static var cores: Double { Double(ProcessInfo.processInfo.activeProcessorCount) }

    /// Of this process and all children that have ended and been waited for, user and system together.
    static func total() -> Double { seconds(of: RUSAGE_SELF.rawValue) + seconds(of: RUSAGE_CHILDREN.rawValue) }

    /// Of this process alone.
    static func own() -> Double { seconds(of: RUSAGE_SELF.rawValue) }

    /// Of a running process, from /proc; nil where it has ended.
    static func of(process identifier: Int32) -> Double? {
        guard let stat = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        // Fields 14 and 15 of proc(5), counted from 1; the name in field 2 may hold spaces, so count from behind it.
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func seconds(of who: Int32) -> Double {
        var usage = rusage()
        // Safety: getrusage fills the struct that is lent to it for the call.
        unsafe getrusage(who, &usage)
        let user = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
        let system = Double(usage.ru_stime.tv_sec) + Double(usage.ru_stime.tv_usec) / 1e6
        return user + system
    }
}

/// Memory as the kernel counts it.
enum ProcessMemory {
    /// A figure of proc(5)'s `status`, such as `VmRSS`, resident now, or `VmHWM`, the most that ever was; of a process or of `self`. Nil where
    /// there is no such process.
    static func bytes(_ figure: String, of process: String) -> UInt64? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(figure):") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) })
        else { return nil }
        return kibibytes * 1024
    }
}
