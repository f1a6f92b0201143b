/** A server that is busy with a task of its own when a volume is attached to it or detached from it. */
import { createVirtualClock } from "@polyvol/core/driver";
import { createOpenStackStorage } from "@polyvol/openstack";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { openEmulatedCloud, SERVERS } from "./emulated-cloud.ts";

const [SERVER] = SERVERS;

async function open() {
  const clock = createVirtualClock();
  clock.runFreely();
  const { emulator, connection, close } = await openEmulatedCloud(clock, { compute: true });
  onTestFinished(() => close());
  const storage = createOpenStackStorage(connection());
  const { id } = await storage.volumes.create({ name: "data", sizeGiB: 1 });
  const refuse = (state: string, count: number): void => {
    const message = `Cannot 'attach_volume' instance ${SERVER} while it is in ${state}`;
    const body = { conflictingRequest: { code: 409, message } };
    const match = { path: "/compute/**" };
    emulator.faults.add({ kind: "answer", status: 409, body, when: "before", count, match });
  };
  const asked = (): number =>
    emulator.log.entries().filter(({ target }) => target.startsWith("/compute/")).length;
  return { clock, storage, id, refuse, asked };
}

test.each(["task_state reboot_started", "task_state resize_prep", "vm_state building"])(
  "its task is waited out: %s",
  async (state) => {
    const { storage, id, refuse, asked } = await open();
    refuse(state, 6);
    expect(await storage.volumes.attach(id, SERVER)).toMatchObject({ attachments: [{ serverId: SERVER }] });
    refuse(state, 6);
    expect(await storage.volumes.detach(id, SERVER)).toMatchObject({ attachments: [] });
    expect(asked()).toBe(14);
  },
);

test("a task that outlasts the deadline ends the call there, in Nova's words, and nothing was done", async () => {
  const { storage, id, refuse, clock } = await open();
  refuse("task_state rebuilding", 100);
  const startedAt = clock.now();
  const error = await failureOf(storage.volumes.attach(id, SERVER, { timeoutMs: 60_000 }));
  expect(error.reason).toContain("task_state rebuilding");
  expect(error).toMatchObject({ outcome: "not_applied", retryable: true });
  expect(clock.now() - startedAt).toBeLessThanOrEqual(60_000);
});

test.each(["vm_state error", "vm_state resized", "vm_state shelved_offloaded"])(
  "what does not pass is told at once: %s",
  async (state) => {
    const { storage, id, refuse } = await open();
    refuse(state, 1);
    const error = await failureOf(storage.volumes.attach(id, SERVER));
    expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
    expect(error.reason).toContain(state);
  },
);
