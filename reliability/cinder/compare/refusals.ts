/** Bodies that fit the service's schemas or just do not, the older actions, and what is kept from ordinary users. */
import {
  act,
  createSnapshot,
  createVolume,
  get,
  gone,
  LONG,
  made,
  madeSnapshot,
  NOBODY,
  post,
  put,
  remove,
  type Step,
} from "./steps.ts";

const OLD = { version: null };
const ROOM = "/dev/vdb";
const attach = (fields: unknown): Step => act("plain", { "os-attach": fields });
const seen = get("/volumes/{plain}");

const creating: readonly Step[] = [
  createVolume({ size: 2, name: "plain", metadata: { k: "1" } }, made("plain")),
  ...["2147483648", 2147483648, "x", "", " 1 ", "0", [], {}].map((size) => createVolume({ size })),
  ...[
    ...[{ availability_zone: "" }, { snapshot_id: "" }, { snapshot_id: "x" }, { source_volid: "x" }],
    ...[
      { multiattach: true },
      { multiattach: "true" },
      { multiattach: "x" },
      { metadata: [] },
      { metadata: "x" },
    ],
    ...[{ metadata: { "": "x" } }, { metadata: { [LONG]: "x" } }, { metadata: { a: null } }],
    ...[
      { volume_type: 7 },
      { volume_type: LONG },
      { description: 7 },
      { imageRef: NOBODY },
      { imageRef: "" },
    ],
    ...[{ backup_id: NOBODY }, { group_id: NOBODY }, { status: "creating" }],
  ].map((fields) => createVolume({ size: 1, ...fields })),
  ...[{ volume: null }, { volume: [] }, [], "x", { volume: { size: 1 }, other: 1 }].map((body) =>
    post("/volumes", body),
  ),
  createVolume({ size: 1, display_name: "old", display_description: "d" }, { ...OLD, ...made("old") }),
  post(
    "/volumes",
    { volume: { size: 1, volume_type: "__DEFAULT__" }, "OS-SCH-HNT:scheduler_hints": { same_host: [] } },
    made("hinted"),
  ),
];

const changing: readonly Step[] = [
  ...[
    { metadata: { a: 1 } },
    { metadata: null },
    { metadata: { x: "y" }, more: 1 },
    { metadata: { [LONG]: "y" } },
  ].map((body) => post("/volumes/{plain}/metadata", body)),
  ...[{ x: 1 }, {}, { x: "1", y: "2" }, { x: LONG }].map((meta) =>
    put("/volumes/{plain}/metadata/x", { meta }),
  ),
  ...[{ display_name: "dn" }, { display_description: "dd" }, { name: null }, { metadata: null }].map(
    (volume) => put("/volumes/{plain}", { volume }),
  ),
  seen,
  ...[{}, null, [], { new_size: "3x" }, { new_size: 0 }, { new_size: 1.5 }, { new_size: null }].map(
    (fields) => act("plain", { "os-extend": fields }),
  ),
  ...[{ new_size: true }, { new_size: 3, more: 1 }, { new_size: 2147483648 }].map((fields) =>
    act("plain", { "os-extend": fields }),
  ),
  act("plain", { "os-extend": { new_size: "3" } }, { settle: "/volumes/{plain}" }),
  act("plain", { revert: null }),
];

const attaching: readonly Step[] = [
  ...[
    {},
    null,
    { instance_uuid: NOBODY },
    { mountpoint: ROOM },
    { instance_uuid: "x", mountpoint: ROOM },
  ].map(attach),
  ...[
    { instance_uuid: NOBODY, mountpoint: "" },
    { host_name: "h", mountpoint: ROOM, mode: "xx" },
  ].map(attach),
  act("plain", { "os-update_readonly_flag": { readonly: "x" } }),
  act("plain", { "os-update_readonly_flag": { readonly: true } }),
  attach({ host_name: "h", mountpoint: ROOM, mode: "rw" }),
  seen,
  act("plain", { "os-update_readonly_flag": { readonly: false } }),
  act("plain", { "os-reserve": null }),
  act("plain", { "os-reserve": {} }),
  seen,
  act("plain", { "os-unreserve": {} }),
  act("plain", { "os-begin_detaching": {} }),
  attach({ instance_uuid: NOBODY, host_name: "h", mountpoint: ROOM, mode: "ro" }),
  seen,
  attach({ instance_uuid: NOBODY, mountpoint: ROOM }),
  get("/volumes/{plain}/metadata"),
  put("/volumes/{plain}/metadata", { metadata: { own: "1" } }),
  remove("/volumes/{plain}/metadata/readonly"),
  get('/volumes/detail?metadata={"attached_mode":"ro"}'),
  act("plain", { "os-update_readonly_flag": { readonly: true } }),
  act("plain", { "os-begin_detaching": {} }),
  act("plain", { "os-roll_detaching": {} }),
  act("plain", { "os-begin_detaching": {} }),
  seen,
  act("plain", { "os-detach": null }),
  act("plain", { "os-detach": { attachment_id: "x" } }),
  act("plain", { "os-detach": { attachment_id: null } }),
  seen,
  ...["x", true].map((bootable) => act("plain", { "os-set_bootable": { bootable } })),
  get("/volumes/detail?bootable=true"),
  act("plain", { "os-reset_status": { status: "error" } }),
  ...["os-force_delete", "os-force_detach"].map((name) => act("plain", { [name]: {} })),
];

const snapshots: readonly Step[] = [
  ...["x", "", 7].map((volume_id) => createSnapshot({ volume_id })),
  ...[1, null, "x", "false"].map((force) => createSnapshot({ volume_id: "{plain}", force }, OLD)),
  ...[{ name: LONG }, { name: 7 }, { description: LONG }, { display_description: "d" }].map((fields) =>
    createSnapshot({ volume_id: "{plain}", ...fields }),
  ),
  post("/snapshots", { snapshot: null }),
  createSnapshot({ volume_id: "{plain}", display_name: "s" }, madeSnapshot("s")),
  ...[{}, { name: null }, { name: " t " }, { name: LONG }, { display_name: "x" }].map((snapshot) =>
    put("/snapshots/{s}", { snapshot }),
  ),
  put("/snapshots/{s}/metadata", { metadata: { z: "1" } }, { headers: { "if-match": "x" } }),
  ...[{ "os-reset_status": { status: "error" } }, { "os-force_delete": {} }, { nope: {} }].map((body) =>
    post("/snapshots/{s}/action", body),
  ),
  createVolume({ snapshot_id: "{s}", volume_type: "multiattach" }),
  createVolume({ source_volid: "{plain}", size: 1 }),
  createVolume({ snapshot_id: "{s}" }, made("bootable")),
  createVolume({ source_volid: "{plain}" }, made("bootableToo")),
  post("/volumes", { volume: { size: 1, volume_type: "multiattach" } }, made("several")),
  createSnapshot({ volume_id: "{several}" }, madeSnapshot("ofSeveral")),
  createVolume({ snapshot_id: "{ofSeveral}" }, made("likewise")),
];

export const refusals: readonly Step[] = [
  post(`/volumes/${NOBODY}/action`, { "os-force_delete": {} }),
  ...[...creating, ...changing, ...attaching, ...snapshots],
  get(`/messages/${NOBODY}`),
  remove(`/messages/${NOBODY}`),
  get(`/os-quota-sets/${NOBODY}`),
  ...["s", "ofSeveral"].map((name) => gone(`/snapshots/{${name}}`)),
  ...["plain", "old", "hinted", "bootable", "bootableToo", "several", "likewise"].map((name) =>
    gone(`/volumes/{${name}}`),
  ),
];
