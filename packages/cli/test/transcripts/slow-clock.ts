/**
 * Loaded before the command: the clock begins at `POLYVOL_TRANSCRIPT_NOW` and goes ten times slower than the real one,
 * so that all of a command happens at nearly one instant. It may not stand still: polls wait by it.
 */
const beginning = Number(process.env["POLYVOL_TRANSCRIPT_NOW"]);
const loadedAt = Date.now();
const realNow = Date.now.bind(Date);
const now = (): number => beginning + Math.floor((realNow() - loadedAt) / 10);

Date.now = now;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
});
performance.now = () => 0;
