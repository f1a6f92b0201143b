#!/bin/sh
# A merge key (<<) is merged by js-yaml 4 and by no default since: js-yaml 5 and yaml 2 make a member named "<<" of it.
. "$(dirname -- "$0")/lib/install.sh"
install js-yaml@5.5.0 js-yaml-4@npm:js-yaml@4.1.0 yaml@2.9.1
cat >run.mjs <<'SCRIPT'
import * as five from "js-yaml";
import * as four from "js-yaml-4";
import * as yaml from "yaml";
import { verdict } from "./finding.mjs";

const text = "base: &base\n  keep: 7\nweb:\n  <<: *base\n  name: web\n";
const merged = '{"keep":7,"name":"web"}';
const literal = '{"<<":{"keep":7},"name":"web"}';
const web = (read, ...more) => JSON.stringify(read(text, ...more).web);
verdict(["js-yaml-4", "js-yaml", "yaml"], [
  { what: "js-yaml 4", expected: merged, found: merged, seen: web((four.default ?? four).load) },
  { what: "js-yaml 5", expected: merged, found: literal, seen: web(five.load) },
  { what: "yaml 2", expected: merged, found: literal, seen: web(yaml.parse) },
  { what: "yaml 2 with merge: true", expected: merged, found: merged, seen: web(yaml.parse, { merge: true }) },
]);
SCRIPT
node run.mjs
