/// Runs twice with one key; each life believes to be the only one, and each hears and is heard by others of its own. All equivocation that an
/// honest program is capable of follows from that (Bano et al., "Twins: BFT Systems Made Robust", 2021).
struct Twin: Attack {}
