import type { PolyvolError, PolyvolErrorCode } from "@polyvol/core";
import { secondsText, shellWord } from "./output/format.ts";

/** By where a command writes: ` -c FILE` for those that it names. */
const configs = new WeakMap<object, string>();

/** Has the commands that hints name read the file of `--config`, too. */
export function nameConfigInHints(file: string): void {
  configs.set(process.stderr, configOption(file));
}

/** `--config` with this file, behind a command. */
export function configOption(file: string): string {
  return ` -c ${shellWord(file)}`;
}

/**
 * How this command is typed where it runs: the tool that started it stands before it, since what a project or nobody
 * has installed is not on the path.
 */
export function programName(): string {
  const { name, typed } = packageTool();
  if (name === "npm") return "npx polyvol";
  if (name === "bun") return "bunx polyvol";
  return `${name === "" ? "" : `${typed} `}${process.env["npm_command"] === "dlx" ? "dlx " : ""}polyvol`;
}

/** How a package is added to a project, by the tool that started this. */
export function installCommand(packageName: string): string {
  const { name, typed } = packageTool();
  return name === "" || name === "npm" ? `npm install ${packageName}` : `${typed} add ${packageName}`;
}

/** The tool that started this, `""` where a shell did, and how it is typed. */
function packageTool(): { readonly name: string; readonly typed: string } {
  const { npm_config_user_agent: agent = "", npm_execpath: tool = "" } = process.env;
  const [, name = "", major = ""] = /^(\w+)\/(\d+)/.exec(agent) ?? [];
  // What npx has fetched to start this is not on the path either.
  return { name, typed: /[\\/]_npx[\\/]/.test(tool) ? `npx -y ${name}@${major}` : name };
}

/** A command as hints and notes name it. */
export function commandText(words: string): string {
  return `${programName()} ${words}${configs.get(process.stderr) ?? ""}`;
}

/** Of a command that changes something. */
export const AGAIN = "the same command can be repeated: it continues and makes nothing twice";
/** Of a command that only looks, or has come to nothing more. */
const LOOK_AGAIN = "the same command can be repeated";
const LONGER = "--timeout gives it longer";
/** Of a command that has used up the time of `--timeout`, whatever it does. */
export const AGAIN_OR_LONGER: string = `${LOOK_AGAIN}; ${LONGER}`;
/** Where the configuration says which host it is: `authUrl` on OpenStack, `baseUrl` elsewhere. */
const ADDRESS = "options.baseUrl or authUrl of the cloud";
const UNREACHED = `see that this machine reaches that host (network, proxy, ${ADDRESS}), then repeat`;
const ELSEWHERE = `look at ${ADDRESS} in the configuration`;

const BUSY = "wait until the resource is free, then repeat";
const WRONG_PLACE = `a service answers a listing so where its path is another: look at ${ADDRESS} in the configuration`;
/** What passes by itself. */
const REPEATABLE: readonly PolyvolErrorCode[] = ["rate_limited", "unavailable", "timeout"];
const WHICH = "say which one is meant: by --region where they differ in region, else by its id";
const WHICH_SERVER =
  "run it on a server of that cloud; where it cannot be told by itself which one that is: --server ID";
const NO_SERVER =
  "take the id of the server from the provider's console; it has to be in the volume's region";

const NEXT: Readonly<Partial<Record<PolyvolErrorCode, string>>> = {
  already_exists: "choose another name, or give the same arguments as before",
  conflict:
    "look at what the message names and at what it holds; what is one too many can be deleted by its id",
  failed_precondition: "bring it into the state that is needed, then repeat",
  permission_denied: "give the credentials the right to do this at the provider",
  resource_exhausted: "free something, or have the provider raise the quota",
};

/** What is known of a failure of a cloud. */
export type Failure = Pick<PolyvolError, "code"> &
  Partial<
    Pick<
      PolyvolError,
      "operation" | "outcome" | "providerCode" | "resource" | "retryable" | "retryAfterMs" | "status"
    >
  > & {
    /** The command that has failed changes nothing. */
    readonly readOnly?: boolean;
  };

/** What to do about a failure of a cloud. */
export function nextStep(error: Failure, cloud: string | undefined): string | undefined {
  if (error.code === "unauthenticated") {
    const check = commandText(`clouds check${cloud === undefined ? "" : ` --cloud ${cloud}`}`);
    const address = isOfAnother(error) ? `${ELSEWHERE}, and ` : "";
    return `${address}check the variable or file that the credentials come from, then: ${check}`;
  }
  if (error.code === "permission_denied" && isOfAnother(error))
    return `${ELSEWHERE}; when it is right, ${NEXT.permission_denied}`;
  if (error.operation === "findServer") return WHICH_SERVER;
  if (REPEATABLE.includes(error.code)) return howToRepeat(error);
  if (error.code === "conflict" && error.retryable === true) return BUSY;
  if (error.code === "conflict" && error.operation?.endsWith(".find") === true) return WHICH;
  if (error.code === "not_found" && error.resource?.kind === "server") return NO_SERVER;
  if (error.code === "not_found" && asksForNone(error)) return WRONG_PLACE;
  // No resource has a wrong state: what is wrong with the cloud itself, the message says.
  if (error.code === "failed_precondition" && asksForNone(error)) return undefined;
  if (error.code === "failed_precondition" && error.operation === "volumes.delete") return beforeDeletion();
  // The service has refused it: what no option has said, such as the region, is of the configuration.
  if (error.code === "invalid_argument" && error.status !== undefined && cloud !== undefined)
    return `correct what the message names; of what no option has said, such as the region, see: ${commandText(`doctor --cloud ${cloud}`)}`;
  if (error.code === "not_found")
    return `${commandText("volumes list")} and ${commandText("snapshots list")} show what there is`;
  return NEXT[error.code];
}

/** Whether an answer has no word of the service's own for what it refuses: another service may have given it. */
function isOfAnother({ status, providerCode }: Failure): boolean {
  return status !== undefined && providerCode === undefined;
}

function beforeDeletion(): string {
  const detach = `where a server has it, ${commandText("volumes detach")} takes it off`;
  return `${detach}; where snapshots are in the way, --delete-snapshots deletes them with it; then repeat`;
}

function howToRepeat(error: Failure): string {
  const { code, retryAfterMs, status, outcome, operation } = error;
  const again = looks(error) ? LOOK_AGAIN : AGAIN;
  if (code === "timeout") {
    const isUntouched = outcome === "not_applied" && !looks(error);
    return isUntouched ? `nothing was changed; ${AGAIN_OR_LONGER}` : `${again}; ${LONGER}`;
  }
  // Something else answers there, or something in between does.
  if (code === "unavailable" && status === 404) return `${ELSEWHERE}; when it is right, ${again}`;
  if (retryAfterMs !== undefined) return `wait ${secondsText(retryAfterMs)}; ${again}`;
  // There was no answer, and nothing can have been done.
  const unreached = code === "unavailable" && status === undefined;
  return unreached && (outcome === "not_applied" || (looks(error) && operation !== undefined))
    ? UNREACHED
    : again;
}

/** Whether what has failed was to change nothing. */
function looks({ operation, readOnly }: Failure): boolean {
  return readOnly === true || /^checkHealth$|\.(list|get|find)$/.test(operation ?? "");
}

/** Whether a request was for no single resource, so that no name and no id can be wrong. */
function asksForNone({
  operation,
  resource,
}: Partial<Pick<PolyvolError, "operation" | "resource">>): boolean {
  return resource === undefined && (operation?.endsWith(".list") === true || operation === "checkHealth");
}
