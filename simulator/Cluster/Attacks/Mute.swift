/// Hears everything and says nothing.
struct Mute: Attack {
    mutating func tamper(with letter: Letter, as liar: inout Liar) -> [Letter] { [] }
}
