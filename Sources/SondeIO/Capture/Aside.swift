// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Closes something on a thread of its own: the kernel makes whoever closes a capture wait for tens of milliseconds.
///
/// - Parameters:
///   - subject: what is closed; nobody else may use it any more.
///   - close: closes it.
func runAside(
    _ subject: UnsafeMutableRawPointer?,
    _ close: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void
) {
    let job = UnsafeMutablePointer<AsideJob>.allocate(capacity: 1)
    unsafe job.initialize(to: AsideJob(subject: subject, close: close))
    var thread = pthread_t()
    let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { raw in
        // Safe because the job was made below this function and is given to exactly one run of this.
        guard let job = unsafe raw?.assumingMemoryBound(to: AsideJob.self) else { return nil }
        let (subject, close) = unsafe (job.pointee.subject, job.pointee.close)
        unsafe job.deallocate()
        unsafe close(subject)
        return nil
    }
    if unsafe pthread_create(&thread, nil, body, job) == 0 {
        pthread_detach(thread)
    } else {
        _ = unsafe body(job)
    }
}

/// What is closed, and how.
@safe
private struct AsideJob {
    let subject: UnsafeMutableRawPointer?
    let close: @convention(c) (UnsafeMutableRawPointer?) -> Void
}
