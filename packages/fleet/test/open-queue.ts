import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { onTestFinished } from "vitest";

/** A queue as whoever looks at it with a board has it, closed with the test. */
export function openQueue(redisUrl: string, name: string): Queue {
  const client = new Redis(redisUrl);
  const queue = new Queue(name, { connection: client });
  onTestFinished(async () => {
    await queue.close();
    client.disconnect();
  });
  return queue;
}
