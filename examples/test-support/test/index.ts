/** What the tests of the examples share: both clouds emulated, a configuration that leads there, a program to run. */
export { CREDENTIALS, type EmulatedClouds, PROVIDERS, type Provider, startClouds } from "./clouds.ts";
export { temporaryFolder } from "./folder.ts";
export { type EmulatedOpenStack, startOpenStack } from "./openstack.ts";
export { type Ended, runProgram, runProgramHere } from "./program.ts";
export { checkVolumesService, type Get } from "./volumes-service.ts";
