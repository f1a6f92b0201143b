/** The requests that are sent to the real server and to the emulator alike, in this order. */

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

const get = (path: string, more: Partial<Step> = {}): Step => step("GET", path, undefined, more);
const post = (path: string, body: unknown, more: Partial<Step> = {}): Step => step("POST", path, body, more);
const put = (path: string, body: unknown, more: Partial<Step> = {}): Step => step("PUT", path, body, more);
const remove = (path: string, more: Partial<Step> = {}): Step => step("DELETE", path, undefined, more);

function step(method: string, path: string, body: unknown, more: Partial<Step>): Step {
  const about = [method, path, more.version ?? "", body === undefined ? "" : JSON.stringify(body)];
  const title = about.filter((part) => part !== "").join(" ");
  return { title, method, path, ...(body === undefined ? {} : { body }), ...more };
}

/** Of the type that servers ship with: a project can have another default. What has a source takes the type of that. */
const createVolume = (fields: object, more: Partial<Step> = {}): Step => {
  const ofSource = "snapshot_id" in fields || "source_volid" in fields;
  return post("/volumes", { volume: ofSource ? fields : { volume_type: "__DEFAULT__", ...fields } }, more);
};
const createSnapshot = (fields: object, more: Partial<Step> = {}): Step =>
  post("/snapshots", { snapshot: fields }, more);
const act = (volume: string, action: object, more: Partial<Step> = {}): Step =>
  post(`/volumes/{${volume}}/action`, action, more);
const made = (name: string): Partial<Step> => ({
  save: { [name]: "volume.id" },
  settle: `/volumes/{${name}}`,
});
const madeSnapshot = (name: string): Partial<Step> => ({
  ...{ save: { [name]: "snapshot.id" }, settle: `/snapshots/{${name}}` },
});
const gone = (path: string): Step => remove(path, { settle: path });

const NOBODY = "00000000-0000-4000-8000-000000000000";
const SERVER = "b13531ca-99ec-4aa5-a2dd-a85665b0a358";
const VERSIONS = [
  ...[null, "volume 3.0", "volume 3.39", "volume 3.70", "volume latest", "volume  3.60"],
  ...["volume 3.71", "volume 4.0", "volume 2.0", "volume 3", "volume 3.x", "compute 2.1, volume 3.60"],
];
const LONG = "n".repeat(256);

const discovery: readonly Step[] = [
  get("/", { root: true, anonymous: true }),
  get("/v3/", { root: true }),
  get("/v3/", { root: true, anonymous: true }),
  get("/healthcheck", { root: true, anonymous: true }),
  get("/volumes", { anonymous: true }),
  get("/nothing"),
  get("/volumes/"),
  ...VERSIONS.map((version) => get("/volumes?limit=0", { version })),
  get("/types"),
  get("/types/__DEFAULT__"),
  get("/types/gold"),
  get("/os-availability-zone"),
];

const creating: readonly Step[] = [
  createVolume({ size: 1, name: "alpha", description: "first", metadata: { a: "1" } }, made("alpha")),
  createVolume({ size: "2", name: "  padded  ", metadata: { a: "1", b: "2" } }, made("padded")),
  createVolume({ size: 1, name: "", availability_zone: "nova", volume_type: "multiattach" }, made("shared")),
  createVolume({ size: 1, name: "alpha" }, made("twin")),
  ...[0, -1, 1.5, "01", true].map((size) => createVolume({ size })),
  createVolume({}),
  createVolume({ size: null }),
  createVolume({ size: 1, name: LONG }),
  createVolume({ size: 1, name: 7 }),
  createVolume({ size: 1, description: LONG }),
  createVolume({ size: 1, metadata: { a: 1 } }),
  createVolume({ size: 1, metadata: { "a=b": "1" } }),
  createVolume({ size: 1, metadata: { a: LONG } }),
  createVolume({ size: 1, volume_type: "gold" }),
  createVolume({ size: 1, availability_zone: "mars" }),
  createVolume({ size: 1, nonsense: 1 }),
  createVolume({ size: 1, nonsense: 1, name: "loose" }, { version: "volume 3.52", ...made("loose") }),
  createVolume({ size: 1, snapshot_id: NOBODY }),
  createVolume({ size: 1, source_volid: NOBODY }),
  post("/volumes", { server: {} }),
  post("/volumes", {}),
  post(
    "/volumes",
    { volume: { size: 1, volume_type: "__DEFAULT__" } },
    { headers: { "content-type": "text/plain" } },
  ),
  createVolume({ source_volid: "{alpha}", name: "clone" }, made("clone")),
  gone("/volumes/{clone}"),
];

const reading: readonly Step[] = [
  get("/volumes/{alpha}"),
  get("/volumes/{alpha}", { version: null }),
  get("/volumes/{alpha}", { version: "volume 3.13" }),
  get(`/volumes/${NOBODY}`),
  get("/volumes/no-uuid"),
  get("/volumes/detail"),
  get("/volumes/detail", { version: null }),
  get("/volumes"),
  get("/volumes/summary"),
  get("/volumes/summary", { version: null }),
  ...["limit=2", "limit=2&marker={padded}", "limit=0", "limit=5000", "marker={alpha}"].map((query) =>
    get(`/volumes/detail?${query}`),
  ),
  ...["limit=-1", "limit=x", "limit=1.5", `marker=${NOBODY}`, "marker=x"].map((query) =>
    get(`/volumes/detail?${query}`),
  ),
  ...[
    "name=alpha",
    "name=ALPHA",
    "name=",
    "status=available",
    "status=error",
    "size=2",
    "bootable=false",
  ].map((query) => get(`/volumes/detail?${query}`)),
  get('/volumes/detail?metadata={"a":"1"}'),
  get('/volumes/detail?metadata={"a":"1","b":"2"}'),
  ...["id=x", "description=x", "volume_type=x"].map((query) => get(`/volumes/detail?${query}`)),
  ...["id=x", "description=x"].map((query) => get(`/volumes/detail?${query}`, { version: "volume 3.30" })),
  get("/volumes/detail?created_at=gt:2020-01-01T00:00:00"),
  get("/volumes/detail?created_at=lt:2020-01-01T00:00:00"),
  get("/volumes/detail?with_count=true&limit=1"),
  get("/volumes/detail?with_count=true", { version: "volume 3.30" }),
  get("/volumes/detail?sort=name:asc,created_at:desc"),
  get("/volumes/detail?sort=nonsense"),
  get("/limits"),
];

const changing: readonly Step[] = [
  put("/volumes/{padded}", { volume: { name: "renamed", description: null } }),
  put("/volumes/{padded}", { volume: { metadata: { only: "this" } } }),
  put("/volumes/{padded}", { volume: { size: 3 } }),
  put("/volumes/{padded}", { volume: {} }),
  put("/volumes/{padded}", { volume: { name: LONG } }),
  get("/volumes/{padded}/metadata"),
  get("/volumes/{padded}/metadata", { version: null }),
  post("/volumes/{padded}/metadata", { metadata: { more: "x" } }),
  put("/volumes/{padded}/metadata/more", { meta: { more: "y" } }),
  put("/volumes/{padded}/metadata/more", { meta: { other: "y" } }),
  get("/volumes/{padded}/metadata/more"),
  get("/volumes/{padded}/metadata/absent"),
  remove("/volumes/{padded}/metadata/more"),
  remove("/volumes/{padded}/metadata/more"),
  put("/volumes/{padded}/metadata", { metadata: { k: "v" } }),
  put("/volumes/{padded}/metadata", { metadata: { k: "w" } }, { headers: { "if-match": "wrong" } }),
  get("/volumes/{padded}"),
  act("padded", { "os-extend": { new_size: 2 } }),
  act("padded", { "os-extend": { new_size: 1 } }),
  act("padded", { "os-extend": { new_size: 3 } }, { settle: "/volumes/{padded}" }),
  act("padded", { nope: {} }),
  act("padded", { "os-extend": { new_size: 9 }, nope: {} }),
  post(`/volumes/${NOBODY}/action`, { "os-extend": { new_size: 9 } }),
  act("padded", { revert: { snapshot_id: NOBODY } }, { version: "volume 3.39" }),
  act("padded", { revert: { snapshot_id: NOBODY } }),
];

const snapshots: readonly Step[] = [
  createSnapshot({ volume_id: "{alpha}", name: "one", metadata: { a: "1" } }, madeSnapshot("one")),
  createSnapshot({ volume_id: "{alpha}", name: " two ", description: "d" }, madeSnapshot("two")),
  createSnapshot({ volume_id: "{padded}", force: true }, { version: "volume 3.65", ...madeSnapshot("old") }),
  createSnapshot({ volume_id: NOBODY }),
  createSnapshot({ name: "q" }),
  createSnapshot({ volume_id: null }),
  createSnapshot({ volume_id: "{alpha}", nonsense: 1 }),
  createSnapshot({ volume_id: "{alpha}", nonsense: 1 }, { version: null }),
  createSnapshot({ volume_id: "{alpha}", force: false }),
  get("/snapshots/{one}"),
  get("/snapshots/{one}", { version: null }),
  get(`/snapshots/${NOBODY}`),
  get("/snapshots/detail"),
  get("/snapshots"),
  get("/snapshots/detail?volume_id={alpha}"),
  get("/snapshots/detail?volume_id={alpha}&limit=1"),
  get("/snapshots/detail?limit=1&marker={two}"),
  get("/snapshots/detail?name=one"),
  get("/snapshots/detail?status=available"),
  get('/snapshots/detail?metadata={"a":"1"}'),
  get('/snapshots/detail?metadata={"a":"1"}', { version: "volume 3.21" }),
  get("/snapshots/detail?id=x"),
  get("/snapshots/detail?id=x", { version: null }),
  get("/volumes/{alpha}/snapshots"),
  put("/snapshots/{one}", { snapshot: { name: "uno", description: "e" } }),
  put("/snapshots/{one}", { snapshot: { metadata: { x: "y" } } }),
  post("/snapshots/{one}/metadata", { metadata: { x: "y" } }),
  get("/snapshots/{one}/metadata"),
  remove("/snapshots/{one}/metadata/x"),
  createVolume({ snapshot_id: "{one}", name: "restored" }, made("restored")),
  createVolume({ snapshot_id: "{one}", size: 2, name: "larger" }, made("larger")),
  createVolume({ snapshot_id: "{old}", size: 1 }),
  createVolume({ snapshot_id: "{one}", source_volid: "{alpha}", size: 1 }),
  remove("/volumes/{alpha}"),
  act("alpha", { revert: { snapshot_id: "{one}" } }),
  act("alpha", { revert: { snapshot_id: "{two}" } }, { settle: "/volumes/{alpha}" }),
  get("/snapshots/{two}"),
  get("/limits"),
];

const attaching: readonly Step[] = [
  act("twin", { "os-attach": { instance_uuid: SERVER, mountpoint: "/dev/vdb" } }),
  get("/volumes/{twin}"),
  remove("/volumes/{twin}"),
  remove("/volumes/{twin}?cascade=true"),
  act("twin", { "os-extend": { new_size: 2 } }, { version: "volume 3.41" }),
  act("twin", { "os-extend": { new_size: 2 } }, { settle: "/volumes/{twin}" }),
  createSnapshot({ volume_id: "{twin}" }, { version: "volume 3.65" }),
  createSnapshot({ volume_id: "{twin}", force: true }, { version: "volume 3.65", ...madeSnapshot("live") }),
  createSnapshot({ volume_id: "{twin}" }, madeSnapshot("live2")),
  act("twin", { "os-detach": {} }),
  act("twin", { "os-detach": {} }),
  get("/volumes/{twin}"),
  act("shared", { "os-attach": { host_name: "host-a", mountpoint: "/dev/vdb" } }),
  act("shared", { "os-attach": { host_name: "host-b", mountpoint: "/dev/vdb" } }),
  get("/volumes/{shared}"),
  act("shared", { "os-detach": {} }),
];

const deleting: readonly Step[] = [
  gone("/snapshots/{two}"),
  remove("/snapshots/{two}"),
  gone("/snapshots/{one}"),
  gone("/volumes/{alpha}"),
  remove("/volumes/{alpha}"),
  get("/volumes/{restored}"),
  remove("/volumes/{twin}"),
  remove("/volumes/{twin}?cascade=true", { settle: "/volumes/{twin}" }),
  remove("/volumes/{padded}?cascade=nonsense"),
  gone("/snapshots/{old}"),
  gone("/volumes/{padded}"),
  gone("/volumes/{restored}"),
  gone("/volumes/{larger}"),
  gone("/volumes/{loose}"),
  get("/messages?resource_uuid={alpha}"),
  get("/messages", { version: "volume 3.2" }),
  get("/volumes/detail?marker={alpha}"),
];

export const PROGRAM: readonly Step[] = [
  ...[...discovery, ...creating, ...reading, ...changing],
  ...[...snapshots, ...attaching, ...deleting],
];
