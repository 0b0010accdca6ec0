// The settings of jemalloc, which replaces malloc in the program (not in tests and sanitizer builds).
//
// Most objects of a call are allocated on an io thread and freed on the audit writer's thread. glibc's malloc contends
// on such objects; jemalloc keeps a cache per thread.
//
// jemalloc reads this variable before main() runs. A background thread returns unused pages to the kernel, also
// when no thread allocates any more: memory that a burst of connections needed is free again seconds after they close.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:2000,muzzy_decay_ms:0";
