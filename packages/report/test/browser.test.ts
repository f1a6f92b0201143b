import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BackupReport } from "@polyvol/backup";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderReportPage } from "../src/index.ts";
import { emptyFleet, failingFleet, healthyFleet, largeFleet } from "./fleets.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
/** Nothing that the browser itself would ask for. */
const FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

const FLEETS: Readonly<Record<string, () => Promise<BackupReport>>> = {
  empty: emptyFleet,
  healthy: healthyFleet,
  failing: failingFleet,
  large: () => largeFleet(1_000),
};

const VIEWS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light", viewport: { width: 1200, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1200, height: 900 } },
  narrow: { colorScheme: "light", viewport: { width: 360, height: 700 } },
  print: { colorScheme: "light", viewport: { width: 1000, height: 900 } },
};

describe.skipIf(CHROMIUM === undefined)("in a browser (needs Chromium: apt-get install chromium)", () => {
  let folder = "";
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "polyvol-page-"));
    // By itself it gives up after half a minute, which a busy machine may take.
    browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: FLAGS.split(" "), timeout: 0 });
    for (const [name, make] of Object.entries(FLEETS)) {
      await writeFile(join(folder, `${name}.html`), renderReportPage(await make()));
    }
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** Opens a page, and hears what it says and asks for. */
  async function open(fleet: string, view: BrowserContextOptions): Promise<{ page: Page; heard: string[] }> {
    const page = await browser.newPage(view);
    page.setDefaultTimeout(0);
    const heard: string[] = [];
    const address = pathToFileURL(join(folder, `${fleet}.html`)).href;
    page.on("console", (message) => heard.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (request.url() !== address) heard.push(`request: ${request.url()}`);
    });
    await page.goto(address);
    return { page, heard };
  }

  const all = Object.keys(FLEETS).flatMap((fleet) =>
    Object.keys(VIEWS).map((view) => [fleet, view] as const),
  );
  test.each(all)("the %s fleet, %s: silent, asks for nothing, and accessible", async (fleet, view) => {
    const { page, heard } = await open(fleet, VIEWS[view] ?? {});
    if (view === "print") await page.emulateMedia({ media: "print" });
    // What is closed is looked at, too.
    await page.evaluate(
      "for (const each of [...document.querySelectorAll('details')].slice(0, 4)) each.open = true",
    );
    expect(heard).toEqual([]);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>(
      "axe.run(document, { preload: false, resultTypes: ['violations'] })",
    );
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    const overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
    // Wide pictures and tables move inside their own frames.
    if (view !== "print") expect(overflow).toBeLessThanOrEqual(0);
    await page.close();
  });

  test("works by the keyboard alone", async () => {
    const { page } = await open("healthy", VIEWS["light"] ?? {});
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Day by day");
    const volume = "document.querySelector('details.volume')";
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(`document.activeElement === ${volume}.querySelector('summary')`)) break;
    }
    expect(await page.evaluate(`${volume}.open`)).toBe(false);
    await page.keyboard.press("Enter");
    expect(await page.evaluate(`${volume}.open`)).toBe(true);
    // The frame of its picture can be moved by the keyboard.
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).toBe("scroll");
    await page.close();
  });

  test("each picture has a table with the same", async () => {
    const { page } = await open("failing", VIEWS["light"] ?? {});
    const pictures = await page.locator("figure").count();
    expect(pictures).toBeGreaterThan(10);
    expect(await page.locator("figure:has(svg[role=img][aria-label])").count()).toBe(pictures);
    expect(await page.locator("figure:has(details table caption)").count()).toBe(pictures);
    await page.close();
  });
});
