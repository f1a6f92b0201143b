import { type DynamicModule, Module } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { PolyvolErrorsFilter } from "./polyvol-errors.filter.ts";
import { CLOUDS, type NamedClouds, VolumesController } from "./volumes.controller.ts";

class VolumesModule {}
Module({})(VolumesModule);

/** The part of an application that shows volumes. `clouds` makes them: a configuration here, a fake in a test. */
export function volumesModule(clouds: () => NamedClouds | Promise<NamedClouds>): DynamicModule {
  return {
    module: VolumesModule,
    controllers: [VolumesController],
    providers: [
      { provide: CLOUDS, useFactory: clouds },
      { provide: APP_FILTER, useClass: PolyvolErrorsFilter },
    ],
  };
}
