#!/bin/sh
# Eight shards as one array job. AWS Batch sets AWS_BATCH_JOB_ARRAY_INDEX, from 0, and AWS_BATCH_JOB_ARRAY_SIZE, so that
# "--shard auto" needs no count. Once: aws batch register-job-definition --cli-input-json file://job-definition.json
set -eu
exec aws batch submit-job \
  --job-name "polyvol-fleet-$(date -u +%Y%m%dT%H%M)" \
  --job-queue "${POLYVOL_JOB_QUEUE:-polyvol}" \
  --job-definition polyvol-fleet \
  --array-properties size="${POLYVOL_SHARDS:-8}"
