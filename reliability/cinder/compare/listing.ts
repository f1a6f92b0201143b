/** How lists are sorted, filtered and cut, as clients of others ask for it: in 3.70, in 3.30 and without a version. */
import { createSnapshot, createVolume, get, gone, made, madeSnapshot, type Step } from "./steps.ts";

const QUERIES = [
  ...["sort_key=name&sort_dir=asc", "sort_key=name", "sort_dir=asc", "sort_key=name&sort_dir=desc&limit=2"],
  ...[
    "sort_key=name&sort=name",
    "sort_key=nonsense",
    "sort_key=name&sort_dir=up",
    "sort=name",
    "sort=",
    "sort=display_name",
  ],
  ...["sort=size,name:asc", "sort=status:asc&limit=1", "sort=name:up", "sort=name:asc&limit=2&marker={beta}"],
  ...["with_count=yes", "with_count=nonsense", "offset=1&limit=1", "offset=99", "offset=-1", "offset=x"],
  ...["limit=", "marker=", "limit=1&limit=2", "all_tenants=1&name=beta", "name=beta&name=aleph"],
  ...["metadata={'k':'1'}", "metadata=x", "metadata={}", "availability_zone=nova", "availability_zone=mars"],
  ...["created_at=gt:2020-01-01T00:00:00,lt:2020-02-01T00:00:00", "created_at=nonsense"],
  ...["updated_at=gt:2020-01-01T00:00:00", "bootable=true", "bootable=nonsense", "migration_status=none"],
  ...["group_id=x", "consumes_quota=true", "nonsense=1&more=2", "name="],
];

const ask = (path: string): readonly Step[] =>
  ["volume 3.70", "volume 3.30", null].map((version) => get(path, { version }));

export const listing: readonly Step[] = [
  createVolume({ size: 1, name: "beta", metadata: { k: "1" } }, made("beta")),
  createVolume({ size: 2, name: "aleph" }, made("aleph")),
  createVolume({ size: 1, name: null }, made("nameless")),
  ...QUERIES.flatMap((query) => ask(`/volumes/detail?${query}`)),
  get("/volumes/detail?created_at=lt:2020-01-01T00:00:00", { version: "volume 3.31" }),
  createSnapshot({ volume_id: "{beta}", name: "beta", metadata: { k: "1" } }, madeSnapshot("ofBeta")),
  createSnapshot({ volume_id: "{aleph}", name: "aleph" }, madeSnapshot("ofAleph")),
  ...QUERIES.flatMap((query) => ask(`/snapshots/detail?${query.replace("{beta}", "{ofAleph}")}`)),
  ...["/snapshots/{ofBeta}", "/snapshots/{ofAleph}"].map(gone),
  ...["/volumes/{beta}", "/volumes/{aleph}", "/volumes/{nameless}"].map(gone),
];
