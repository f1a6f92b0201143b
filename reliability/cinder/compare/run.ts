/** Sends the program to one server, and writes down what it answers in a form that can be compared. */
import { setTimeout as pause } from "node:timers/promises";
import type { Step } from "./steps.ts";

export interface Target {
  /** Address of block storage without version and project. */
  readonly root: string;
  readonly token: string;
  readonly projectId: string;
}

/** An answer without what differs from server to server: ids, times, addresses. */
export interface Recorded {
  readonly title: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What was read of the resource when it had come to rest. */
  readonly atRest?: unknown;
}

const HEADERS = ["content-type", "openstack-api-version", "vary", "retry-after"];
/** Of these only whether they are there is compared. */
const PRESENT = ["x-openstack-request-id", "x-compute-request-id", "www-authenticate", "etag"];
const RESTLESS = /^(?:creating|deleting|extending|reverting|restoring|attaching|detaching)$/;

export async function runProgram(steps: readonly Step[], target: Target): Promise<readonly Recorded[]> {
  const saved = new Map<string, string>();
  const filled = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => saved.get(name) ?? whole);
  const neutral = createNeutral(target, saved);
  const within = (path: string): string => `${target.root}/v3/${target.projectId}${encodeURI(filled(path))}`;

  async function send(step: Step): Promise<Response> {
    const { method, path, root, version = "volume 3.70", body, headers = {}, anonymous } = step;
    return await fetch(root ? target.root + path : within(path), {
      method,
      headers: {
        accept: "application/json",
        ...(anonymous ? {} : { "x-auth-token": target.token }),
        ...(version === null ? {} : { "openstack-api-version": version }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: filled(JSON.stringify(body)) }),
    });
  }

  async function settle(path: string): Promise<unknown> {
    for (;;) {
      const answer = await fetch(within(path), {
        headers: { "x-auth-token": target.token, "openstack-api-version": "volume 3.70" },
      });
      const body = parsed(await answer.text());
      const [resource] = Object.values(Object(body)) as { readonly status?: string }[];
      if (!answer.ok || !RESTLESS.test(resource?.status ?? "")) return neutral(body);
      await pause(50);
    }
  }

  const recorded: Recorded[] = [];
  for (const step of steps) {
    const answer = await send(step);
    const body = parsed(await answer.text());
    for (const [name, place] of Object.entries(step.save ?? {})) {
      const value = place.split(".").reduce<unknown>((inner, key) => Object(inner)[key], body);
      if (typeof value === "string") saved.set(name, value);
    }
    recorded.push({
      title: step.title,
      status: answer.status,
      headers: headersOf(answer, neutral),
      body: neutral(body),
      ...(step.settle !== undefined && answer.ok ? { atRest: await settle(step.settle) } : {}),
    });
  }
  return recorded;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function headersOf({ headers }: Response, neutral: (value: unknown) => unknown): Record<string, string> {
  const named = HEADERS.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, String(neutral(value))] as const];
  });
  const present = PRESENT.filter((name) => headers.has(name)).map((name) => [name, "there"] as const);
  return Object.fromEntries([...named, ...present]);
}

/** The real server fills these in at some time around the end of a creation. */
const ANY_TIME = new Set(["shared_targets", "service_uuid"]);
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Replaces saved ids by their names, all other ids, times and addresses by words. */
function createNeutral(
  { root, projectId }: Target,
  saved: ReadonlyMap<string, string>,
): (value: unknown) => unknown {
  const text = (value: string): string => {
    let result = value.replaceAll(root, "ROOT").replaceAll(projectId, "PROJECT");
    for (const [name, id] of saved) result = result.replaceAll(id, `<${name}>`);
    return result
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/g, "TIME")
      .replaceAll(/req-[0-9a-f-]{36}/g, "REQUEST")
      .replaceAll(UUID, (id) => (/^0{8}/.test(id) ? id : "ID"))
      .replaceAll(/\b[0-9a-f]{32}\b/g, "ID");
  };
  const neutral = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(neutral);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, ANY_TIME.has(key) ? "ANY" : neutral(each)]),
    );
  };
  return neutral;
}
