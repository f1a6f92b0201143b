/** The kinds of requests of which programs are made. */

/** One request. `{name}` in path and body stands for what an earlier one has saved. */
export interface Step {
  readonly title: string;
  readonly method: string;
  /** Behind the project: `/volumes`. With `root`: behind the server's address. */
  readonly path: string;
  readonly root?: true;
  /** The header `OpenStack-API-Version`; none when `null`. Default `volume 3.70`. */
  readonly version?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without a token. */
  readonly anonymous?: true;
  /** Keeps a value of the answer, such as `volume.id`, under a name. */
  readonly save?: Readonly<Record<string, string>>;
  /** Then reads this path until the resource is at rest, or gone; what is read last is compared, too. */
  readonly settle?: string;
}

export const get = (path: string, more: Partial<Step> = {}): Step => step("GET", path, undefined, more);
export const post = (path: string, body: unknown, more: Partial<Step> = {}): Step =>
  step("POST", path, body, more);
export const put = (path: string, body: unknown, more: Partial<Step> = {}): Step =>
  step("PUT", path, body, more);
export const remove = (path: string, more: Partial<Step> = {}): Step => step("DELETE", path, undefined, more);

function step(method: string, path: string, body: unknown, more: Partial<Step>): Step {
  const about = [method, path, more.version ?? "", body === undefined ? "" : JSON.stringify(body)];
  const title = about.filter((part) => part !== "").join(" ");
  return { title, method, path, ...(body === undefined ? {} : { body }), ...more };
}

/** Of the type that servers ship with: a project can have another default. What has a source takes the type of that. */
export const createVolume = (fields: object, more: Partial<Step> = {}): Step => {
  const ofSource = "snapshot_id" in fields || "source_volid" in fields;
  return post("/volumes", { volume: ofSource ? fields : { volume_type: "__DEFAULT__", ...fields } }, more);
};
export const createSnapshot = (fields: object, more: Partial<Step> = {}): Step =>
  post("/snapshots", { snapshot: fields }, more);
export const act = (volume: string, action: object, more: Partial<Step> = {}): Step =>
  post(`/volumes/{${volume}}/action`, action, more);
export const made = (name: string): Partial<Step> => ({
  save: { [name]: "volume.id" },
  settle: `/volumes/{${name}}`,
});
export const madeSnapshot = (name: string): Partial<Step> => ({
  ...{ save: { [name]: "snapshot.id" }, settle: `/snapshots/{${name}}` },
});
export const gone = (path: string): Step => remove(path, { settle: path });

export const NOBODY = "00000000-0000-4000-8000-000000000000";
export const LONG = "n".repeat(256);
