// What Swift's module of glibc leaves out, because it needs _GNU_SOURCE.
int syncfs(int descriptor);
