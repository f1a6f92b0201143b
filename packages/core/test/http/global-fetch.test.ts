/** The same promises where requests take the platform's fetch. */
import { sendByGlobalFetch } from "./kit.ts";

sendByGlobalFetch();

await import("./abort.test.ts");
await import("./body.test.ts");
await import("./failure.test.ts");
await import("./redirect.test.ts");
await import("./secrets.test.ts");
