// Preloaded into every process that a script starts: when the supervisor is gone, however it went, its end of this pipe is too.
process.stdin.on('end', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 8_000).unref();
});
process.stdin.on('error', () => undefined);
process.stdin.resume();
process.stdin.unref?.();
