import { Controller, Get, Inject, Param, Query } from "@nestjs/common";
import type { BlockStorage, Volume } from "@polyvol/core";

/** What the controller needs: clouds by name, as `connect` of `@polyvol/config` gives them. */
export interface NamedClouds {
  named(name: string): BlockStorage;
}

/** What they are injected by. */
export const CLOUDS: unique symbol = Symbol("clouds");

/** Volumes over HTTP: page by page, by a token in the address, and one by its id. */
export class VolumesController {
  readonly #clouds: NamedClouds;

  constructor(clouds: NamedClouds) {
    this.#clouds = clouds;
  }

  async list(
    cloud: string,
    token: string | undefined,
  ): Promise<{ readonly volumes: readonly Volume[]; readonly next: string | undefined }> {
    const pages = this.#clouds.named(cloud).volumes.list().byPage({ pageSize: 2, continuationToken: token });
    const { items = [], continuationToken } = (await pages.next()).value ?? {};
    return { volumes: items, next: continuationToken };
  }

  async get(cloud: string, id: string): Promise<Volume> {
    return await this.#clouds.named(cloud).volumes.get(id);
  }
}

// What `@Controller("clouds/:cloud/volumes")` and the like do in code that is compiled: Node runs this as it is.
const methods = VolumesController.prototype;
Controller("clouds/:cloud/volumes")(VolumesController);
Inject(CLOUDS)(VolumesController, undefined, 0);
decorate("list", Get(), [Param("cloud"), Query("token")]);
decorate("get", Get(":id"), [Param("cloud"), Param("id")]);

function decorate(
  name: "list" | "get",
  route: MethodDecorator,
  parameters: readonly ParameterDecorator[],
): void {
  for (const [index, each] of parameters.entries()) each(methods, name, index);
  route(methods, name, Object.getOwnPropertyDescriptor(methods, name) as PropertyDescriptor);
}
