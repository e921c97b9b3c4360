// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sqlite3.h>

/// Says whether closing the last connection moves the write-ahead log into the database: a variadic call.
static inline int sonde_sqlite_checkpoint_on_close(sqlite3 *database, int enabled) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, enabled ? 0 : 1, (int *)0);
}

/// Binds text that SQLite copies: the destructor is a cast that Swift does not import.
static inline int sonde_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int count) {
    return sqlite3_bind_text(statement, index, text, count, SQLITE_TRANSIENT);
}
