/* Placeholder. */
typedef int placeholder_CBenchmark;
