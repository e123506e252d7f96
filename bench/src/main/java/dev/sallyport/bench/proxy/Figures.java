package dev.sallyport.bench.proxy;

/**
 * What a process takes, at one moment.
 *
 * @param resident physical memory in bytes (proc_pid_status(5), VmRSS)
 * @param peak the most that it was since the peak was last forgotten (VmHWM)
 * @param anonymous the part of it that no file backs (RssAnon)
 * @param threads their number
 * @param files open file descriptors
 */
public record Figures(long resident, long peak, long anonymous, int threads, int files) {}
