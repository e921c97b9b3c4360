// SPDX-License-Identifier: Apache-2.0

internal import CLua
internal import CLuaShim

/// One Lua state with its libraries, memory account and host functions.
///
/// Touched only on the thread that made it. Host functions and references keep the state alive, so whoever made
/// it must ``close()`` it. Lua errors never cross a Swift frame: see the decision record on
/// the Lua seam.
@safe
package final class LuaState {
    /// What the count hook is told.
    package enum TickVerdict: Hashable, Sendable {
        /// Go on.
        case goOn
        /// Give the loop its turn back, where that is possible.
        case endTurn
        /// Give the loop its turn back for good: the coroutine is not to be resumed. Where it cannot yield,
        /// this message is raised in it, again and again, until it has unwound.
        case stop(String)
    }

    /// Pushes the results of the operation that suspended the coroutine whose frame this is.
    package var onResumed: HostBody = { _ in .nothing }
    /// Asked every so many instructions whether the script may go on.
    package var onTick: () -> TickVerdict = { .goOn }

    private let L: OpaquePointer
    let world: UnsafeMutablePointer<sonde_lua_world>
    private var typeCount: Int64 = 0
    private(set) var isOpen = true

    /// Makes a state with the standard libraries open.
    ///
    /// - Parameter memoryLimit: octets that scripts may hold together; nothing for no limit.
    /// - Throws: ``LuaError`` of kind memory.
    package init(memoryLimit: Int? = nil) throws(LuaError) {
        let noMemory = LuaError(kind: .memory, message: Array("not enough memory".utf8))
        unsafe world = .allocate(capacity: 1)
        unsafe world.initialize(to: sonde_lua_world())
        guard let L = unsafe sonde_lua_new_state(world) else {
            unsafe world.deallocate()
            throw noMemory
        }
        unsafe self.L = unsafe L
        unsafe world.pointee.invoke = unsafe invokeBody
        unsafe world.pointee.resumed = unsafe invokeResumed
        unsafe world.pointee.tick = unsafe invokeTick
        unsafe world.pointee.release = unsafe releaseObject
        unsafe world.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
        guard unsafe sonde_lua_open_libraries(L) == 0 else { throw noMemory }
        self.memoryLimit = memoryLimit
    }

    deinit {
        close()
        unsafe world.deinitialize(count: 1)
        unsafe world.deallocate()
    }

    /// Closes the state: finalizers run, all memory goes back, references stand for nothing from now on.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        unsafe sonde_lua_close_state(L)
        releaseFunctions()
    }

    /// Gives a registry slot back.
    func release(slot: CInt) {
        guard isOpen else { return }
        unsafe luaL_unref(L, sonde_lua_registry(), slot)
    }

    // MARK: Memory

    /// Octets that Lua holds now.
    package var memoryInUse: Int { unsafe Int(clamping: world.pointee.bytes) }

    /// The most octets that Lua ever held.
    package var memoryPeak: Int { unsafe Int(clamping: world.pointee.peak) }

    /// Octets that scripts may hold together; nothing for no limit.
    package var memoryLimit: Int? {
        get { unsafe world.pointee.limit == 0 ? nil : Int(clamping: world.pointee.limit) }
        set { unsafe world.pointee.limit = newValue.map { max($0, 1) } ?? 0 }
    }

    /// Collects all garbage.
    package func collectGarbage() { _ = unsafe sonde_lua_collect(L) }

    /// Carries something out during which no garbage is collected: what it makes is kept anyway.
    package func withoutCollecting<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe sonde_lua_stop_collector(L)
        defer { unsafe sonde_lua_restart_collector(L) }
        return try body()
    }

    // MARK: Running

    /// Lends the main stack and restores its height after.
    package func withStack<Result, Failure: Error>(
        _ body: (borrowing CallFrame) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let height = unsafe lua_gettop(L)
        // Between calls nothing of this stack is in use, so a body that fails cannot leave it higher.
        defer { unsafe lua_settop(L, height) }
        return try unsafe body(CallFrame(L))
    }

    /// Compiles text and keeps the function.
    ///
    /// - Parameters:
    ///   - source: Lua text; precompiled chunks are refused.
    ///   - name: the chunk's name, `@path` for files.
    /// - Returns: the function.
    /// - Throws: ``LuaError`` of kind syntax or memory.
    package func load(_ source: [UInt8], name: String) throws(LuaError) -> LuaReference {
        try withStack { (frame) throws(LuaError) in
            try frame.load(source, name: name)
            guard let reference = LuaReference(popping: frame) else {
                throw LuaError(kind: .memory, message: [])
            }
            return reference
        }
    }

    /// Opens a library written in C and makes it loadable by `require`; its table is also made global.
    package func open(_ library: NativeLibrary) throws(LuaError) {
        try withStack { (frame) throws(LuaError) in
            let status = unsafe sonde_lua_open(L, library.opener, library.name.utf8Start.asCharacters)
            guard status == 0 else { throw frame.takeError(status) }
            frame.pushGlobals()
            frame.pushCopy(of: -2)
            frame.setField(library.name)
        }
    }

    /// Asks ``onTick`` every so many instructions, in all coroutines made from now on.
    package func setTick(every count: Int) { unsafe sonde_lua_set_tick(L, CInt(clamping: count)) }

    /// Asks ``onTick`` once a step of a coroutine has lasted for long, and again while it lasts; costs nothing before.
    ///
    /// - Parameter milliseconds: how long; the question may come half that time late.
    /// - Returns: whether the system has a timer for that; else use ``setTick(every:)``.
    package func watchSteps(longerThan milliseconds: Int) -> Bool {
        unsafe sonde_lua_watch_steps(L, Int64(clamping: milliseconds) * 1_000_000) != 0
    }

    /// Asks ``onTick`` at the next instruction of the step that is under way.
    package func tickSoon() { unsafe sonde_lua_ask_soon(L) }

    // MARK: Host functions and types

    /// Registers a Swift function that scripts can call.
    package func function(_ name: String, _ body: @escaping HostBody) -> HostFunction {
        let number = unsafe world.pointee.function_count
        growFunctions(to: number + 1)
        unsafe world.pointee.functions?[number] = Unmanaged.passRetained(HostEntry(body)).toOpaque()
        unsafe world.pointee.function_count = number + 1
        return HostFunction(number: Int64(number), name: name)
    }

    /// Makes room in the table that C calls by.
    private func growFunctions(to count: Int) {
        guard count.nonzeroBitCount == 1 else { return }
        // The table always has room for the next power of two.
        let room = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: count * 2)
        if let functions = unsafe world.pointee.functions {
            unsafe room.moveInitialize(from: functions, count: world.pointee.function_count)
            unsafe functions.deallocate()
        }
        unsafe world.pointee.functions = room
    }

    /// Lets go of the host functions; those of a call that is under way must stay.
    private func releaseFunctions() {
        let count = unsafe world.pointee.function_count
        guard let functions = unsafe world.pointee.functions, unsafe world.pointee.host_depth <= 1 else {
            return
        }
        unsafe world.pointee.function_count = 0
        unsafe world.pointee.functions = nil
        for number in 0..<count { unsafe Unmanaged<HostEntry>.fromOpaque(functions[number]).release() }
        unsafe functions.deallocate()
    }

    /// Registers a Swift class whose objects scripts hold as userdata.
    ///
    /// - Parameters:
    ///   - name: what errors call it.
    ///   - object: the class.
    ///   - methods: what `object:name()` calls.
    ///   - prepare: adds further fields to the metatable, which is on top of the stack.
    /// - Returns: what userdata of the class are made and checked with.
    /// - Throws: ``LuaError`` of kind memory.
    package func type<Object: AnyObject>(
        _ name: String,
        of object: Object.Type,
        methods: [(StaticString, HostFunction)] = [],
        prepare: (borrowing CallFrame) -> Void = { _ in }
    ) throws(LuaError) -> ObjectType<Object> {
        typeCount += 1
        let number = typeCount
        let metatable = withStack { frame in
            frame.pushTable(fields: 6)
            unsafe sonde_lua_push_collector(L)
            frame.setField("__gc")
            // What `getmetatable` gives scripts in place of the real one.
            frame.push(false)
            frame.setField("__metatable")
            frame.pushTable(fields: methods.count)
            for (method, function) in methods { frame.setField(method, function) }
            frame.setField("__index")
            prepare(frame)
            return LuaReference(popping: frame)
        }
        guard let metatable else { throw LuaError(kind: .memory, message: []) }
        return ObjectType(name: name, number: number, metatable: metatable)
    }

    // MARK: Called by C

    fileprivate func resumed(_ L: OpaquePointer) -> CInt {
        do throws(HostError) {
            return try unsafe onResumed(CallFrame(L)).code
        } catch {
            return unsafe raise(error, L)
        }
    }

    /// Puts an error where C finds it, and answers how to raise it.
    fileprivate func raise(_ error: HostError, _ L: OpaquePointer) -> CInt {
        let frame = unsafe CallFrame(L)
        switch error {
        case .top: return CInt(SONDE_LUA_RAISE)
        case .plain(let text):
            frame.push(text)
            return CInt(SONDE_LUA_RAISE)
        case .message(let text):
            frame.push(text)
            frame.reserve(4)
            return CInt(SONDE_LUA_RAISE_HERE)
        case .argument(let index, let text):
            unsafe world.pointee.argument = CInt(clamping: index)
            frame.push(text)
            return CInt(SONDE_LUA_BAD_ARGUMENT)
        case .type(let index, let expected):
            unsafe world.pointee.argument = CInt(clamping: index)
            frame.push(expected)
            return CInt(SONDE_LUA_BAD_TYPE)
        }
    }

    fileprivate func tick(_ L: OpaquePointer) -> CInt {
        switch onTick() {
        case .goOn: return CInt(SONDE_LUA_GO_ON)
        case .endTurn: return CInt(SONDE_LUA_END_TURN)
        case .stop(let message):
            unsafe CallFrame(L).push(message)
            return CInt(SONDE_LUA_STOP)
        }
    }
}

extension CallFrame {
    /// Takes from the chunk on top, which was just compiled, its way to the globals.
    package func takeGlobals() {
        reserve(2)
        pushNil()
        unsafe lua_setupvalue(L, -2, 1)
    }

    /// Compiles text and pushes the function.
    package func load(_ source: [UInt8], name: String) throws(LuaError) {
        reserve(2)
        let status = unsafe source.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            guard let start = unsafe start?.assumingMemoryBound(to: CChar.self) else { return CInt(0) }
            return unsafe sonde_lua_load(L, start, bytes.count, name)
        }
        guard status == 0 else { throw takeError(status) }
    }
}

/// A host function in the table that C calls by.
private final class HostEntry {
    let body: HostBody

    init(_ body: @escaping HostBody) { self.body = body }
}

/// A Lua library written in C that is linked into the program.
@safe
package struct NativeLibrary {
    /// The name that `require` knows it by.
    package let name: StaticString
    let opener: lua_CFunction

    /// Names a library and its opener, which is a `lua_CFunction`.
    package init(name: StaticString, opener: @convention(c) (OpaquePointer?) -> CInt) {
        self.name = name
        unsafe self.opener = unsafe opener
    }
}

extension UnsafePointer<UInt8> {
    var asCharacters: UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(self).assumingMemoryBound(to: CChar.self)
    }
}

// MARK: Call-backs of the shim. The owner is the state itself, which outlives its Lua state.

private func state(_ owner: UnsafeMutableRawPointer) -> LuaState {
    unsafe Unmanaged<LuaState>.fromOpaque(owner).takeUnretainedValue()
}

// A host function is kept by the state while it runs, so nothing is retained for a call: that would cost as much as the call.
private let invokeBody: @convention(c) (OpaquePointer, UnsafeMutableRawPointer) -> CInt = { L, function in
    unsafe Unmanaged<HostEntry>.fromOpaque(function)._withUnsafeGuaranteedRef { entry in
        do throws(HostError) {
            return try unsafe entry.body(CallFrame(L)).code
        } catch {
            guard let owner = unsafe sonde_lua_world_of(L).pointee.owner else { return 0 }
            return unsafe state(owner).raise(error, L)
        }
    }
}

private let invokeResumed: @convention(c) (OpaquePointer, UnsafeMutableRawPointer?) -> CInt = { L, owner in
    guard let owner = unsafe owner else { return 0 }
    return unsafe state(owner).resumed(L)
}

private let invokeTick: @convention(c) (OpaquePointer, UnsafeMutableRawPointer?) -> CInt = { L, owner in
    guard let owner = unsafe owner else { return 0 }
    return unsafe state(owner).tick(L)
}

private let releaseObject: @convention(c) (UnsafeMutableRawPointer) -> Void = { object in
    unsafe Unmanaged<AnyObject>.fromOpaque(object).release()
}
