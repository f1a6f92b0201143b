import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BlockDevice } from "../../src/index.ts";
import { type DeviceVerdict, findDevice, type WantedDevice } from "../../src/mount/find-device.ts";

const ID = "5d1c9a1e-73c1-4c1a-9c65-6f1f0d5b7a10";
const OTHER_ID = "0b5e7c52-5a1f-4d6e-8b62-9d7e1f3a4c20";
const SIZE = 10 * 1024 ** 3;
const LINK = "scsi-0DO_Volume_polyvol-drill-1";
const named: WantedDevice = { volumeId: ID, sizeBytes: SIZE, links: [LINK] };
const nameless: WantedDevice = { volumeId: ID, sizeBytes: SIZE, links: undefined };

let made = 0;
function disk(about: Partial<BlockDevice> = {}): BlockDevice {
  made += 1;
  const path = `/dev/sd${made}`;
  return { path, identity: `${path} ${made}`, links: [], sizeBytes: SIZE, ...about };
}
const system = disk({ usedBy: "mounted at /" });

describe("a device is told", () => {
  test.each([
    ["by a documented name", named, { links: ["scsi-other", LINK] }, "name"],
    ["by the volume's id as its serial", nameless, { serial: ID }, "serial"],
    ["by as much of it as virtio shows", nameless, { serial: ID.slice(0, 20) }, "serial"],
    [
      "by its serial, where names are documented and udev has made none",
      named,
      { serial: ID.slice(0, 20) },
      "serial",
    ],
    ["as the one new device", nameless, {}, "only new device"],
    [
      "as the one new device, whatever the disk is called",
      nameless,
      { serial: "QM00003" },
      "only new device",
    ],
    ["as the one new device that shows no name", named, {}, "only new device"],
  ] as const)("%s", (_how, wanted, about, foundBy) => {
    const device = disk(about);
    const others = [disk({ sizeBytes: SIZE + 512 }), disk({ serial: OTHER_ID.slice(0, 20) })];
    const verdict = findDevice([system], [system, ...others, device], wanted);
    expect(verdict).toEqual({ verdict: "found", device, foundBy });
  });

  test("from a new one of the same size by its name", () => {
    const device = disk({ links: [LINK] });
    expect(findDevice([], [disk(), device, disk()], named)).toEqual({
      verdict: "found",
      device,
      foundBy: "name",
    });
  });

  test("from an earlier disk with the same path", () => {
    const before = disk();
    const after = { ...before, identity: `${before.path} later` };
    expect(findDevice([before], [after], nameless)).toMatchObject({ verdict: "found", device: after });
  });
});

describe("it is refused in words", () => {
  const words = (verdict: DeviceVerdict): unknown => ("reason" in verdict ? verdict.reason : verdict);

  test("when there is none", () => {
    expect(words(findDevice([system], [system], named))).toBe(
      `no new device of ${SIZE} bytes appeared (such as /dev/disk/by-id/${LINK}); is this the server that the volume was attached to?`,
    );
    const other = disk({ sizeBytes: 512, serial: "X" });
    expect(words(findDevice([system], [system, other], nameless))).toBe(
      `no new device of ${SIZE} bytes appeared; new are ${other.path} (512 bytes, serial "X")`,
    );
  });

  test("when two fit, or two have the name", () => {
    const [first, second] = [disk(), disk()];
    expect(findDevice([], [first, second], nameless)).toEqual({
      verdict: "several",
      reason: `the devices ${first.path}, ${second.path} are new and have ${SIZE} bytes, and nothing tells them apart; none is taken`,
    });
    const twins = [disk({ links: [LINK] }), disk({ serial: ID })];
    expect(words(findDevice([], twins, named))).toMatch(/are shown as this volume; none is taken$/);
  });

  test("when it was there before", () => {
    const old = disk({ links: [LINK] });
    expect(words(findDevice([old], [old], named))).toBe(
      `the device ${old.path} has this volume's name and was there before it was attached; it is not touched`,
    );
  });

  test("when it has another size or is in use", () => {
    const small = disk({ links: [LINK], sizeBytes: 512 });
    expect(words(findDevice([], [small], named))).toBe(
      `the device ${small.path} is shown as this volume and has 512 bytes, allowed: ${SIZE}`,
    );
    const used = disk({ usedBy: "mounted at /mnt/auto" });
    expect(findDevice([], [used], nameless)).toMatchObject({
      verdict: "unfit",
      reason: expect.stringContaining(`${used.path} is mounted at /mnt/auto`),
    });
  });
});

describe("whatever a machine shows", () => {
  const links = fc.subarray([LINK, "virtio-x", "wwn-0x1"]);
  const serial = fc.constantFrom(undefined, ID, ID.slice(0, 20), ID.slice(0, 8), OTHER_ID, "QM1", "");
  const device: fc.Arbitrary<BlockDevice> = fc
    .record({
      number: fc.integer({ min: 0, max: 9 }),
      round: fc.integer({ min: 0, max: 2 }),
      links,
      serial,
      sizeBytes: fc.constantFrom(SIZE, SIZE, SIZE - 512, 0),
      usedBy: fc.constantFrom(undefined, undefined, "held by dm-0"),
    })
    .map(({ number, round, serial: shown, usedBy, ...rest }) => ({
      path: `/dev/sd${number}`,
      identity: `/dev/sd${number} ${round}`,
      ...rest,
      ...(shown === undefined ? {} : { serial: shown }),
      ...(usedBy === undefined ? {} : { usedBy }),
    }));
  const machine = fc.uniqueArray(device, { selector: ({ path }) => path, maxLength: 8 });
  const wanted = fc.constantFrom(named, nameless);

  test("what is found was not there before, is free, has the size, and is the only one that could be meant", () => {
    fc.assert(
      fc.property(machine, machine, wanted, (before, after, want) => {
        const seen = findDevice(before, after, want);
        if (seen.verdict !== "found") return;
        const { device: found, foundBy } = seen;
        expect(before.map(({ identity }) => identity)).not.toContain(found.identity);
        expect(after).toContain(found);
        expect(found.sizeBytes).toBe(SIZE);
        expect(found.usedBy).toBeUndefined();
        const others = after.filter(
          (each) => each !== found && !before.some((old) => old.identity === each.identity),
        );
        const isNamed = (each: BlockDevice): boolean =>
          (want.links ?? []).some((link) => each.links.includes(link)) ||
          (each.serial !== undefined && each.serial.length >= 20 && ID.startsWith(each.serial));
        expect(others.filter(isNamed)).toEqual([]);
        expect(isNamed(found)).toBe(foundBy !== "only new device");
        if (foundBy !== "only new device") return;
        // Another of its size is there only if it shows that it is something else.
        const twins = others.filter((each) => each.sizeBytes === SIZE);
        for (const twin of twins) expect(twin.serial !== undefined || twin.links.length > 0).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("the order of the devices changes nothing, and more devices never turn a name into a guess", () => {
    fc.assert(
      fc.property(machine, machine, wanted, (before, after, want) => {
        const seen = findDevice(before, after, want);
        const reversed = findDevice(before.toReversed(), after.toReversed(), want);
        expect(reversed.verdict).toBe(seen.verdict);
        if (seen.verdict === "found") expect(reversed).toEqual(seen);
      }),
      { numRuns: 1_000 },
    );
  });
});
