/* Settings of SQLite that its variadic functions take, which Swift cannot call. */
#ifndef ACCOUNTSTATUS_SQLITE_SETTINGS_H
#define ACCOUNTSTATUS_SQLITE_SETTINGS_H

/* Stops SQLite from counting the bytes that it allocates, for the whole process. The count costs a
 * mutex per allocation, a tenth of a write, and nobody reads it. Only before SQLite's first use;
 * later it changes nothing, which is as well. */
void sqlite_settings_count_no_memory(void);

#endif
