/* Placeholder. */
typedef int placeholder_CWireCheck;
