import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { createVirtualClock } from "@polyvol/core/driver";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import { createDigitalOceanEmulator } from "@polyvol/emulators/digitalocean";
import { createMemoryAccount, createMemoryStorage } from "@polyvol/memory";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createTelemetry } from "../src/index.ts";

const TOKEN = "dop_v1_a-secret-of-the-test";

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  onTestFinished(() => context.disable());
});

/** The real SDK, whose exporters keep what they are given. */
function startSdk() {
  const spans = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  onTestFinished(async () => {
    await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
  });
  return {
    tracerProvider,
    telemetry: createTelemetry({ tracerProvider, meterProvider }),
    spans: () => spans.getFinishedSpans(),
    async metrics() {
      await meterProvider.forceFlush();
      const [last] = exporter.getMetrics().toReversed();
      return (last?.scopeMetrics ?? []).flatMap(({ metrics }) => metrics);
    },
  };
}

async function startOcean() {
  const emulator = createDigitalOceanEmulator({ tokens: [TOKEN] });
  const listener = await emulator.listen();
  onTestFinished(() => listener.close());
  const sdk = startSdk();
  const { telemetry } = sdk;
  const storage = telemetry.trace(
    createDigitalOceanStorage({
      token: TOKEN,
      region: "nyc3",
      baseUrl: listener.url,
      onEvent: telemetry.onEvent,
    }),
  );
  return { ...sdk, emulator, listener, storage };
}

const named = (spans: readonly ReadableSpan[], name: string) => spans.filter((span) => span.name === name);
const parentOf = (span: ReadableSpan | undefined) => span?.parentSpanContext?.spanId;

test("a call is a span, and its requests are its children by the conventions for HTTP clients", async () => {
  const { storage, spans, listener } = await startOcean();
  const { id } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
  await storage.volumes.get(id);
  const [create] = named(spans(), "volumes.create");
  const [get] = named(spans(), "volumes.get");
  expect(create?.kind).toBe(SpanKind.INTERNAL);
  expect(create?.attributes).toEqual({
    "polyvol.provider": "digitalocean",
    "polyvol.operation": "volumes.create",
  });
  const post = named(spans(), "POST")[0];
  expect(parentOf(post)).toBe(create?.spanContext().spanId);
  expect(post?.kind).toBe(SpanKind.CLIENT);
  expect(post?.attributes).toEqual({
    "http.request.method": "POST",
    "http.response.status_code": 201,
    "server.address": "127.0.0.1",
    "server.port": listener.port,
    "url.full": `${listener.url}/v2/volumes`,
    "polyvol.provider": "digitalocean",
    "polyvol.operation": "volumes.create",
    "polyvol.request_id": expect.any(String),
  });
  const reads = named(spans(), "GET").filter((span) => parentOf(span) === get?.spanContext().spanId);
  expect(reads.map(({ attributes }) => attributes["url.full"])).toEqual([`${listener.url}/v2/volumes/${id}`]);
});

test("side by side, every request is with its own call, under the caller's own span", async () => {
  const { storage, spans, tracerProvider } = await startOcean();
  const names = Array.from({ length: 8 }, (_, index) => `data-${index}`);
  await tracerProvider.getTracer("test").startActiveSpan("job", async (job) => {
    await Promise.all(names.map((name) => storage.volumes.create({ name, sizeGiB: 10 })));
    job.end();
  });
  const [job] = named(spans(), "job");
  const calls = named(spans(), "volumes.create");
  expect(calls).toHaveLength(8);
  for (const call of calls) expect(parentOf(call)).toBe(job?.spanContext().spanId);
  const posts = named(spans(), "POST").map(parentOf);
  expect(new Set(posts)).toEqual(new Set(calls.map((call) => call.spanContext().spanId)));
});

test("a listing is one span however it is read, and a loop that is left ends it", async () => {
  const { storage, spans, emulator } = await startOcean();
  emulator.seed({
    volumes: [1, 2, 3].map((n) => ({ name: `v-${n}`, region: "nyc3", size_gigabytes: 10 })),
  });
  expect(await storage.volumes.list().toArray()).toHaveLength(3);
  const seen: string[] = [];
  for await (const { name } of storage.volumes.list()) {
    seen.push(name);
    if (seen.length === 2) break;
  }
  for await (const page of storage.volumes.list().byPage({ pageSize: 2 })) seen.push(`${page.items.length}`);
  expect(seen).toHaveLength(4);
  const lists = named(spans(), "volumes.list");
  expect(lists).toHaveLength(3);
  for (const list of lists) {
    expect(named(spans(), "GET").map(parentOf)).toContain(list.spanContext().spanId);
  }
  const untouched = storage.volumes.list().byPage();
  await untouched.return?.();
  expect(named(spans(), "volumes.list")).toHaveLength(3);
});

test("a failure is an error with its code, of the call and of the request", async () => {
  const { storage, spans } = await startOcean();
  await expect(storage.volumes.get("506f78a4-e098-11e5-ad9f-000f53306ae1")).rejects.toThrow();
  const [get] = named(spans(), "volumes.get");
  expect(get?.status.code).toBe(SpanStatusCode.ERROR);
  expect(get?.attributes["error.type"]).toBe("not_found");
  const [request] = named(spans(), "GET");
  expect(request?.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(request?.attributes).toMatchObject({ "http.response.status_code": 404, "error.type": "404" });
});

test("retries, recoveries and waits are events of the call, and counted", async () => {
  const clock = createVirtualClock();
  clock.runFreely();
  const account = createMemoryAccount({ clock, names: "free", asynchronous: true });
  const { telemetry, spans, metrics } = startSdk();
  const storage = telemetry.trace(createMemoryStorage({ account }, { clock, onEvent: telemetry.onEvent }));
  account.inject({ on: "createVolume", effect: "fail", when: "after" });
  await storage.volumes.create({ name: "data", sizeGiB: 10 });
  account.inject({ on: "getVolume", effect: "fail", when: "before" });
  const [volume] = await storage.volumes.list().toArray();
  await storage.volumes.get(volume?.id ?? "");
  const eventsOf = (name: string) => named(spans(), name).flatMap(({ events }) => events);
  const created = eventsOf("volumes.create");
  const [recovery] = created.filter(({ name }) => name === "polyvol.recover");
  expect(recovery?.attributes).toMatchObject({
    "polyvol.operation": "volumes.create",
    "polyvol.resource.kind": "volume",
    "polyvol.recovery.result": "found",
  });
  expect(created.map(({ name }) => name)).toContain("polyvol.wait");
  const [retry] = eventsOf("volumes.get");
  expect(retry?.name).toBe("polyvol.retry");
  expect(retry?.attributes).toMatchObject({
    "polyvol.retry.attempt": 1,
    "polyvol.retry.delay_ms": expect.any(Number),
    "error.type": expect.any(String),
  });
  const counted = Object.fromEntries(
    (await metrics()).map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ value }) => value),
    ]),
  );
  expect(counted["polyvol.client.recoveries"]).toEqual([1]);
  expect(counted["polyvol.client.retries"]?.length).toBeGreaterThan(0);
});

test("durations are histograms in seconds, with the attributes of the conventions", async () => {
  const { storage, metrics, listener } = await startOcean();
  await storage.volumes.create({ name: "data", sizeGiB: 10 });
  await storage.volumes.get("506f78a4-e098-11e5-ad9f-000f53306ae1").catch(() => undefined);
  const all = await metrics();
  const requests = all.find(({ descriptor }) => descriptor.name === "http.client.request.duration");
  expect(requests?.descriptor.unit).toBe("s");
  expect(requests?.dataPoints.map(({ attributes }) => attributes)).toContainEqual({
    "http.request.method": "GET",
    "http.response.status_code": 404,
    "error.type": "404",
    "server.address": "127.0.0.1",
    "server.port": listener.port,
  });
  const calls = all.find(({ descriptor }) => descriptor.name === "polyvol.client.operation.duration");
  expect(calls?.descriptor.unit).toBe("s");
  expect(calls?.dataPoints.map(({ attributes }) => attributes)).toEqual([
    { "polyvol.provider": "digitalocean", "polyvol.operation": "volumes.create" },
    { "polyvol.provider": "digitalocean", "polyvol.operation": "volumes.get", "error.type": "not_found" },
  ]);
});

test("a request without an answer says so; no secret and no value of a query is told", async () => {
  const { storage, spans, metrics, listener } = await startOcean();
  await storage.volumes.find({ name: "a name of the caller's" });
  await listener.close();
  await storage.volumes
    .list({ name: "n" })
    .toArray()
    .catch(() => undefined);
  const told = [...spans()].map(({ name, attributes, events, status }) => ({
    ...{ name, attributes, status },
    events: events.map((event) => ({ name: event.name, attributes: event.attributes })),
  }));
  const lost = told.filter(({ attributes }) => attributes["error.type"] === "_OTHER");
  expect(lost.length).toBeGreaterThan(0);
  expect(lost[0]?.attributes).not.toHaveProperty("http.response.status_code");
  const text = JSON.stringify([told, await metrics()]);
  expect(text).not.toContain(TOKEN);
  const queries = told
    .map(({ attributes }) => String(attributes["url.full"] ?? ""))
    .filter((url) => url.includes("?"));
  expect(queries.length).toBeGreaterThan(0);
  for (const url of queries) expect(url).toMatch(/\?\w+=REDACTED(&\w+=REDACTED)*$/);
});

test("with nothing registered and no provider given, nothing changes", async () => {
  context.disable();
  const telemetry = createTelemetry();
  const storage = telemetry.trace(createMemoryStorage({}, { onEvent: telemetry.onEvent }));
  const { id } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
  expect(await storage.volumes.list().toArray()).toMatchObject([{ id }]);
  expect(trace.getActiveSpan()).toBeUndefined();
});
