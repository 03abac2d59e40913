import Glibc

extension Server {
    /// Ends the process at once, with words for its operator and exit code 1. A disk that cannot be written, or a fork: whatever it said next
    /// it might not be able to keep to. Nothing is tidied up, for the journal has all that counts.
    func giveUp(_ reason: String) -> Never {
        logger.critical("\(reason)")
        _exit(1)
    }
}
