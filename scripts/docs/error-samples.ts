import { createVirtualClock } from "../../packages/core/src/driver.ts";
import {
  type BlockStorage,
  createBlockStorage,
  isPolyvolError,
  type PolyvolError,
} from "../../packages/core/src/index.ts";
import { createDigitalOceanStorage } from "../../packages/digitalocean/src/index.ts";
import { createDigitalOceanEmulator } from "../../packages/emulators/src/digitalocean/index.ts";
import type { Fault } from "../../packages/emulators/src/index.ts";
import {
  createMemoryAccount,
  createMemoryDriver,
  createMemoryStorage,
} from "../../packages/memory/src/index.ts";

/** A call that fails, as a reader would type it, and the making of its error. */
interface Sample {
  readonly call: string;
  readonly run: () => Promise<unknown>;
}

/** DigitalOcean's emulator in process, with one volume `orders-db` of 20 GiB, and what to break. */
function ocean(
  options: { readonly scopes?: string; readonly volumeLimit?: number; readonly fault?: Fault } = {},
): { readonly storage: BlockStorage; readonly volumeId: string } {
  const scopes = options.scopes === undefined ? {} : { scopes: [options.scopes] };
  const emulator = createDigitalOceanEmulator({
    clock: createVirtualClock(Date.UTC(2026, 10, 21, 3)),
    tokens: [{ token: "T", ...scopes }],
    ...(options.volumeLimit === undefined ? {} : { volumeLimit: options.volumeLimit }),
    ...(options.fault === undefined ? {} : { faults: [options.fault] }),
  });
  emulator.seed({ volumes: [{ name: "orders-db", region: "nyc3", size_gigabytes: 20 }] });
  const clock = createVirtualClock(Date.UTC(2026, 10, 21, 3));
  clock.runFreely();
  const storage = createDigitalOceanStorage({
    token: "T",
    region: "nyc3",
    fetch: emulator.fetch,
    clock,
    random: () => 0.5,
    retry: { maxAttempts: 2 },
  });
  const { volumes } = emulator.state() as { readonly volumes: readonly { readonly id: string }[] };
  return { storage, volumeId: volumes[0]?.id ?? "" };
}

/** One call for each code. Everything is in process, seeded, and on virtual clocks. */
const SAMPLES: readonly Sample[] = [
  {
    call: 'volumes.create({ name: "Orders DB", sizeGiB: 20 })',
    run: () => ocean().storage.volumes.create({ name: "Orders DB", sizeGiB: 20 }),
  },
  {
    call: 'volumes.create({ name: "huge", sizeGiB: 20_000 })',
    run: () => ocean().storage.volumes.create({ name: "huge", sizeGiB: 20_000 }),
  },
  { call: 'volumes.get("0a0a-0b0b")', run: () => ocean().storage.volumes.get("0a0a-0b0b") },
  {
    call: 'volumes.create({ name: "orders-db", sizeGiB: 40 })',
    run: () => ocean().storage.volumes.create({ name: "orders-db", sizeGiB: 40 }),
  },
  { call: 'volumes.find({ name: "twice" })', run: findOneOfTwo },
  { call: "volumes.delete(id) // attached", run: deleteAttached },
  {
    call: "volumes.list().toArray() // wrong token",
    run: () =>
      createBlockStorage(createMemoryDriver({ account: createMemoryAccount(), authorised: false }))
        .volumes.list()
        .toArray(),
  },
  {
    call: 'volumes.create({ name: "new", sizeGiB: 10 }) // a token that may only read',
    run: () => ocean({ scopes: "block_storage:read" }).storage.volumes.create({ name: "new", sizeGiB: 10 }),
  },
  {
    call: 'volumes.create({ name: "new", sizeGiB: 10 }) // the account is full',
    run: () => ocean({ volumeLimit: 1 }).storage.volumes.create({ name: "new", sizeGiB: 10 }),
  },
  { call: 'snapshots.create({ volumeId, name: "second" }) // two at once', run: snapshotTwice },
  {
    call: "volumes.revert(id, snapshotId)",
    run: () => ocean().storage.volumes.revert("0a0a-0b0b", "0c0c-0d0d"),
  },
  {
    call: 'volumes.create({ name: "new", sizeGiB: 10 }) // the network is gone',
    run: () => ocean({ fault: { kind: "refuse" } }).storage.volumes.create({ name: "new", sizeGiB: 10 }),
  },
  { call: 'volumes.create({ name: "slow", sizeGiB: 10 }, { timeoutMs: 5_000 })', run: createSlowly },
  {
    call: "volumes.list().toArray() // a proxy answers with a web page",
    run: () =>
      ocean({ fault: { kind: "html" } })
        .storage.volumes.list()
        .toArray(),
  },
  { call: "volumes.resize(id, 40) // accepted, then failed there", run: resizeInVain },
  { call: 'volumes.get("1") // a driver throws a plain Error', run: getFromBrokenDriver },
];

async function findOneOfTwo(): Promise<unknown> {
  const driver = createMemoryDriver({ account: createMemoryAccount({ names: "free" }) });
  const storage = createBlockStorage(driver);
  const input = { name: "twice", sizeGiB: 10, tags: {} };
  await storage.run("test", (context) => driver.createVolume(input, context), { idempotent: false });
  await storage.run("test", (context) => driver.createVolume(input, context), { idempotent: false });
  return await storage.volumes.find({ name: "twice" });
}

async function deleteAttached(): Promise<unknown> {
  const storage = createMemoryStorage();
  const { id } = await storage.volumes.create({ name: "orders-db", sizeGiB: 20 });
  await storage.volumes.attach(id, "server-1");
  return await storage.volumes.delete(id);
}

async function snapshotTwice(): Promise<unknown> {
  const { storage, volumeId } = ocean();
  await storage.snapshots.create({ volumeId, name: "first" });
  return await storage.snapshots.create({ volumeId, name: "second" });
}

async function createSlowly(): Promise<unknown> {
  const clock = createVirtualClock();
  clock.runFreely();
  const account = createMemoryAccount({ clock, asynchronous: true });
  const storage = createBlockStorage(createMemoryDriver({ account }), { clock, random: () => 0.5 });
  return await storage.volumes.create({ name: "slow", sizeGiB: 10 }, { timeoutMs: 5_000 });
}

async function resizeInVain(): Promise<unknown> {
  const clock = createVirtualClock();
  clock.runFreely();
  const account = createMemoryAccount({ clock, asynchronous: true, mode: "record" });
  const storage = createBlockStorage(createMemoryDriver({ account }), { clock, random: () => 0.5 });
  const { id } = await storage.volumes.create({ name: "orders-db", sizeGiB: 20 });
  account.inject({ on: "resizeVolume", effect: "break", reason: "no space on the host" });
  return await storage.volumes.resize(id, 40);
}

async function getFromBrokenDriver(): Promise<unknown> {
  const driver = createMemoryDriver({ account: createMemoryAccount() });
  const broken = {
    ...driver,
    getVolume: () => Promise.reject(new Error("cannot read properties of undefined")),
  };
  return await createBlockStorage(broken).volumes.get("1");
}

/** Makes each error and returns it with its call. */
export async function errorSamples(): Promise<readonly (readonly [string, PolyvolError])[]> {
  const found: (readonly [string, PolyvolError])[] = [];
  for (const { call, run } of SAMPLES) {
    const error = await run().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!isPolyvolError(error)) throw new Error(`${call} gave no PolyvolError`, { cause: error });
    found.push([call, error]);
  }
  return found;
}

/** An error as it is shown below the heading of its code. */
export function sampleText(call: string, error: PolyvolError): string {
  const outcome = error.outcome === undefined ? "" : `, outcome ${error.outcome}`;
  const wait = error.retryAfterMs === undefined ? "" : `, retryAfterMs ${error.retryAfterMs}`;
  return `\`\`\`text\n${call}\n${error.message}\nretryable ${error.retryable}${outcome}${wait}\n\`\`\``;
}
