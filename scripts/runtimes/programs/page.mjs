// For browsers: runs as a module of the page that gives and takes.
import { smoke } from "./smoke.mjs";

/** @param {unknown} outcome */
const report = (outcome) => fetch("/report", { method: "POST", body: JSON.stringify(outcome) });

try {
  const given = await (await fetch("/given")).json();
  await report(await smoke(given));
} catch (error) {
  await report(String(error));
}
