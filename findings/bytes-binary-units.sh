#!/bin/sh
# `bytes` reads "10 GiB" as ten bytes, without an error, although it reads "10 GB" as 10 GiB. What pretty-bytes and filesize
# write of a volume of 10 GiB it reads as ten bytes, or as 7 % more than the volume has.
. "$(dirname -- "$0")/lib/install.sh"
install bytes@3.1.2 pretty-bytes@7.1.0 filesize@11.0.30
cat >run.mjs <<'SCRIPT'
import bytes from "bytes";
import { filesize } from "filesize";
import prettyBytes from "pretty-bytes";
import { verdict } from "./finding.mjs";

const volume = 10 * 2 ** 30;
const read = (text) => ({ what: `bytes.parse(${JSON.stringify(text)})`, seen: bytes.parse(text) });
verdict(["bytes", "pretty-bytes", "filesize"], [
  { ...read("10GB"), expected: volume, found: volume },
  { ...read("10GiB"), expected: `${volume}, or null`, found: 10 },
  { ...read("1.5 TiB"), expected: `${1.5 * 2 ** 40}, or null`, found: 1 },
  { ...read("10 gigabytes"), expected: `${volume}, or null`, found: 10 },
  { ...read(prettyBytes(volume, { binary: true })), expected: volume, found: 10 },
  { ...read(filesize(volume, { standard: "iec" })), expected: volume, found: 10 },
  { ...read(prettyBytes(volume)), expected: volume, found: 11489037516 },
]);
SCRIPT
node run.mjs
