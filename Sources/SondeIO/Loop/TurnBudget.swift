// SPDX-License-Identifier: Apache-2.0

/// How much one socket may do at once in one turn of the loop.
///
/// Operations try the system call first, so a script that talks to a fast peer would never let go of the loop. When
/// the budget is spent, the next operation is finished in the next turn.
struct TurnBudget {
    /// Operations per turn.
    static let limit = 16

    private var turn: UInt64 = 0
    private var spent = 0

    /// Takes one operation from the budget of a turn; whether there was one left.
    mutating func spend(inTurn turn: UInt64) -> Bool {
        if turn != self.turn {
            self.turn = turn
            spent = 0
        }
        spent += 1
        return spent <= Self.limit
    }
}
