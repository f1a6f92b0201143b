import { audit, status } from "@polyvol/backup";
import { countText } from "../output/format.ts";
import { again } from "./again.ts";
import { chooses } from "./expectation.ts";
import { type Finale, said } from "./finale-kit.ts";
import { connect } from "./operator.ts";
import { tellDrill, tellRestore } from "./restored.ts";
import type { Check, Story, StoryCloud } from "./story.ts";

/** Status, restore, drill and audit, each held against what the clouds hold. The faults go on. */
export async function tellFinale(story: Story): Promise<readonly Check[]> {
  for (const { emulator } of story.clouds) emulator.log.clear();
  const finale: Finale = { ...story, connected: await connect(story.operator) };
  const checks = [await tellStatus(finale)];
  const restored: string[] = [];
  for (const cloud of story.clouds) restored.push(...(await tellRestore(finale, cloud)));
  const drilled: string[] = [];
  for (const cloud of story.clouds) drilled.push(...(await tellDrill(finale, cloud)));
  checks.push(
    {
      check: "each restored volume is there once, made from the newest snapshot, in the size asked for",
      looked: story.clouds.length,
      wrong: restored,
    },
    {
      check: "each drill made a volume from a snapshot, and took it away again",
      looked: story.clouds.length,
      wrong: drilled,
    },
    await tellAudit(finale),
  );
  for (const { emulator, state } of story.clouds) story.tally.add(emulator.log.entries(), state());
  return checks;
}

async function tellStatus(finale: Finale): Promise<Check> {
  const { clock, policies, abortSignal } = finale.operator;
  const { verdict, counts } = await again(finale, "backup status", async () => {
    const found = await status(policies, finale.connected, new Date(clock.now()), { abortSignal });
    return { ...found, ok: found.problems.length === 0 };
  });
  const { fresh, late, missing } = counts;
  said(finale, "status", `${verdict}: ${fresh} fresh, ${late} late, ${missing} missing`);
  // The same number from the clouds: every volume that a policy chooses, once for each policy.
  const chosen = finale.clouds.flatMap(({ expect }) => expect(finale.calendar.nights).kept).length;
  const good = verdict === "fresh" && fresh === chosen;
  return {
    check: "status says of every volume and policy that it is fresh, and so it is",
    looked: chosen,
    wrong: good ? [] : [`status says ${verdict}, and ${fresh} of ${chosen} fresh`],
  };
}

async function tellAudit(finale: Finale): Promise<Check> {
  const { policies, abortSignal } = finale.operator;
  const { findings } = await again(finale, "backup audit", async () => {
    const report = await audit(policies, finale.connected, { abortSignal });
    return { ...report, ok: report.problems.length === 0 };
  });
  const found = findings.map(({ cloud, names }) => `${names.join(", ")} (${cloud})`).sort();
  said(finale, "audit", `${countText(found.length, "thing")} that no policy takes care of, left alone:`);
  finale.teller.tell(`    ${found.join(", ")}`);
  const wanted = finale.clouds.flatMap((each) => unattended(finale, each)).sort();
  return {
    check: "audit names what no policy takes care of, and nothing else",
    looked: wanted.length,
    wrong: [
      ...wanted.filter((each) => !found.includes(each)).map((each) => `audit does not name ${each}`),
      ...found.filter((each) => !wanted.includes(each)).map((each) => `audit names ${each}`),
    ],
  };
}

/** What no policy takes care of: volumes that none chooses, and snapshots of volumes that are gone. */
function unattended({ policies }: Story, { name: cloud, state }: StoryCloud): readonly string[] {
  const { volumes, snapshots } = state();
  const ids = new Set(volumes.map(({ id }) => id));
  const alone = volumes.filter((volume) => !policies.some((policy) => chooses(policy, volume)));
  const orphans = snapshots.filter(({ volumeId }) => !ids.has(volumeId));
  return [...alone, ...orphans].map(({ name }) => `${name} (${cloud})`);
}
