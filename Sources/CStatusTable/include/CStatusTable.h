/* Placeholder. */
typedef int placeholder_CStatusTable;
