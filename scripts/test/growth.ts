/** So much more is given the second time. */
const FACTOR = 8;
/** Work that grows with the square takes 64 times as long, work that grows with its input 8 times. */
const MOST = FACTOR * 3;
/** What else the machine does can only make one try look worse. */
const TRIES = 20;
/** In microseconds. In less, memory that is touched for the first time costs more than the work that is measured. */
const LEAST = 20_000;

/**
 * Whether the time that `work` takes grows no faster than its input (or its input and a logarithm), on any machine, fast
 * or slow: what an input of `size` takes is compared with what one eight times as large takes, in processor time.
 */
export function growsWithItsInput(work: (size: number) => unknown, size: number): boolean {
  work(size);
  for (let tried = 0; tried < TRIES; tried += 1) {
    const small = processorTime(() => work(size));
    const large = processorTime(() => work(FACTOR * size));
    // Too little to be measured is no growth.
    if (large < LEAST || large <= MOST * small) return true;
  }
  return false;
}

/** In microseconds. */
function processorTime(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
