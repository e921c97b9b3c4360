// SPDX-License-Identifier: Apache-2.0

internal import CPCRE2

/// The memory that searches need, used again by each of them.
///
/// One serves any number of patterns, but only one search at a time: it belongs to one thread.
@safe
package final class MatchWorkspace {
    /// Octets of stack that compiled patterns start with, and may grow to.
    private static let stackSizes = (first: 32 << 10, most: 1 << 20)

    /// The library's settings of a search; owned.
    let context: OpaquePointer?
    private let stack: OpaquePointer?
    private var data: OpaquePointer?
    private var pairs = 0

    /// Makes a workspace.
    ///
    /// - Parameter budget: what each search may cost.
    package init(budget: MatchBudget = .standard) {
        // All three are owned and freed once, in `deinit`; without memory, searches simply find nothing.
        let context = unsafe pcre2_match_context_create_8(nil)
        let stack = unsafe pcre2_jit_stack_create_8(Self.stackSizes.first, Self.stackSizes.most, nil)
        unsafe self.context = unsafe context
        unsafe self.stack = unsafe stack
        unsafe data = nil
        guard let context = unsafe context else { return }
        _ = unsafe pcre2_set_match_limit_8(context, budget.steps)
        _ = unsafe pcre2_set_depth_limit_8(context, budget.depth)
        _ = unsafe pcre2_set_heap_limit_8(context, budget.kibibytes)
        if let stack = unsafe stack {
            unsafe pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
        }
    }

    deinit {
        if let data = unsafe data { unsafe pcre2_match_data_free_8(data) }
        if let stack = unsafe stack { unsafe pcre2_jit_stack_free_8(stack) }
        if let context = unsafe context { unsafe pcre2_match_context_free_8(context) }
    }

    /// Memory for the places of so many groups, the whole match included; valid until the next call.
    func matchData(groups: Int) -> OpaquePointer? {
        if groups > pairs {
            if let old = unsafe data { unsafe pcre2_match_data_free_8(old) }
            pairs = max(groups, 32)
            unsafe data = unsafe pcre2_match_data_create_8(UInt32(clamping: pairs), nil)
        }
        return unsafe data
    }
}
