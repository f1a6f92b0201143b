/** What the identity service shows: its version, its catalogue, projects. */
import type { ResolvedOptions } from "./options.ts";
import { COMPUTE_PATH } from "./servers.ts";
import { idOfName } from "./state.ts";

/** Where it is; its versions are below. */
export const IDENTITY_ROOT = "/identity";
export const IDENTITY_PATH = `${IDENTITY_ROOT}/v3`;

/** Where the catalogue has the image service (Glance). It holds nothing: `openstack volume create` wants it to be there. */
export const IMAGE_PATH = "/image";

/** The versions of the image service, which it tells anybody. */
export function imageVersions(base: string): object {
  const links = [{ rel: "self", href: `${base}${IMAGE_PATH}/v2/` }];
  return { versions: [{ id: "v2.15", status: "CURRENT", links }] };
}

/** The only domain. */
export const DOMAIN = { id: "default", name: "Default" };

const VERSION = {
  id: "v3.14",
  status: "stable",
  updated: "2020-04-07T00:00:00Z",
  "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
};

/** The one version that it has. */
export function versionJson(base: string): object {
  return { ...VERSION, links: [{ rel: "self", href: `${base}${IDENTITY_PATH}/` }] };
}

/** A project, by its name. */
export function projectJson(name: string, base: string): object {
  return {
    id: projectIdOf(name),
    name,
    domain_id: DOMAIN.id,
    description: "",
    enabled: true,
    parent_id: DOMAIN.id,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${base}${IDENTITY_PATH}/projects/${projectIdOf(name)}` },
  };
}

/** Names of all projects that the options name. */
export function projectsOf({ users = [], applicationCredentials }: ResolvedOptions): readonly string[] {
  return [
    ...users.flatMap(({ projects }) => projects),
    ...applicationCredentials.map(({ project }) => project),
  ];
}

/** The id of a project by its name, or an id as it is. */
export function projectIdOf(project: string): string {
  return /^[0-9a-f]{32}$/.test(project) ? project : idOfName("project", project);
}

/** What a cloud lists on each interface: block storage under both of its types. */
export function catalogueOf({ region, compute }: ResolvedOptions, base: string, projectId: string): unknown {
  const endpoints = (url: string): unknown =>
    ["public", "internal", "admin"].map((kind) => ({
      id: idOfName("user", `${kind} ${url}`),
      interface: kind,
      region,
      region_id: region,
      url,
    }));
  const storage = endpoints(`${base}/v3/${projectId}`);
  return [
    {
      id: idOfName("user", "keystone"),
      type: "identity",
      name: "keystone",
      endpoints: endpoints(base + IDENTITY_PATH),
    },
    { id: idOfName("user", "cinderv3"), type: "volumev3", name: "cinderv3", endpoints: storage },
    { id: idOfName("user", "cinder"), type: "block-storage", name: "cinder", endpoints: storage },
    {
      id: idOfName("user", "glance"),
      type: "image",
      name: "glance",
      endpoints: endpoints(base + IMAGE_PATH),
    },
    ...(compute
      ? [
          {
            id: idOfName("user", "nova"),
            type: "compute",
            name: "nova",
            endpoints: endpoints(base + COMPUTE_PATH),
          },
        ]
      : []),
  ];
}
