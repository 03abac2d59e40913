/// Loses its disk whenever it stops, and votes again as if it had never voted.
struct Amnesiac: Attack {}
