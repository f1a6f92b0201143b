import { expect, test } from "vitest";
import { saysQuota } from "../../src/http/failure.ts";

test.each([
  "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested 100G, quota is 1000G and 950G has been consumed.",
  "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.",
  "SnapshotLimitExceeded",
  "The request was refused: quota exceeded for resources: ['volumes']",
  "VolumeSizeExceedsLimit: Requested volume size 9999GB is larger than maximum allowed limit 8000GB.",
  "failed to create volume: volume/snapshot capacity limit exceeded",
  "You have reached your volume limit",
  "creating this volume will exceed your volume limit",
  "The limit of 1000 GiB is exceeded",
  "Exceeded the maximum number of block storages",
  "The maximum allowed number of disk devices (26) to attach to a single instance has been exceeded.",
  "할당량을 초과했습니다",
  "쿼터를 초과하였습니다",
  "볼륨 생성 한도를 초과했습니다",
  "최대 볼륨 개수를 초과하였습니다",
])("a full quota: %s", (words) => {
  expect(saysQuota(words)).toBe(true);
});

test.each([
  "",
  "API Rate limit exceeded.",
  "Your request quota is spent",
  "this operation is rate-limited - one request per 10m0s",
  "name must not exceed the limit of 64 characters",
  'Field "name" exceeds the maximum length limit',
  "이름은 최대 28자를 초과할 수 없습니다",
  "the limit is too small",
  "the size is larger than that of the snapshot",
  "The volume cannot be reached",
])("no full quota: %s", (words) => {
  expect(saysQuota(words)).toBe(false);
});
