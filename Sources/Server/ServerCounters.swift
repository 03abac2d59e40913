/// What a server did beside its replica and gateway, in numbers that only rise.
struct ServerCounters {
    var framesSent: UInt64 = 0
    /// Rounds whose result this validator claimed.
    var roundsComputed: UInt64 = 0
    /// Rounds that it could not compute.
    var roundsNotComputed: UInt64 = 0
    /// Connections to the validators' port that were not a validator's.
    var strangersRefused: UInt64 = 0
    var framesReceived: UInt64 = 0
    /// Not a frame of ours.
    var framesMalformed: UInt64 = 0
    /// Held already, or too far away: not worth a signature check.
    var framesUnwanted: UInt64 = 0
    /// Above the bound of those that wait for their signature check.
    var framesDropped: UInt64 = 0
    /// A signature in it was not good.
    var framesForged: UInt64 = 0
}
