/** The same promises where requests take the platform's fetch. */
import { afterAll, vi } from "vitest";

// The files below are loaded anew, over a kit of their own: this process may have loaded them for themselves before,
// and what comes after them has nothing to do with this kit.
vi.resetModules();
afterAll(() => void vi.resetModules());

const { sendByGlobalFetch } = await import("./kit.ts");
sendByGlobalFetch();

await import("./abort.test.ts");
await import("./body.test.ts");
await import("./failure.test.ts");
await import("./redirect.test.ts");
await import("./secrets.test.ts");
