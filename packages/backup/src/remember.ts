/** So many answers are remembered unless told otherwise: more than a large fleet has different ones of one kind. */
const MOST = 20_000;

/**
 * A function that gives for equal keys what it gave before: the slots, tags and names of a fleet are the same few, over
 * and over. What it gives is shared, so it must never be changed.
 *
 * @param make what is asked once for each key; a pure function
 * @param most how many answers are remembered; then it begins anew
 */
export function remembering<Key, Value>(make: (key: Key) => Value, most: number = MOST): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined || known.has(key)) return before as Value;
    const value = make(key);
    if (known.size >= most) known.clear();
    known.set(key, value);
    return value;
  };
}

/** {@link remembering} of what is asked of objects: each answer is remembered for as long as its object is in use. */
export function rememberingFor<Key extends object, Value extends object>(
  make: (key: Key) => Value,
): (key: Key) => Value {
  const known = new WeakMap<Key, Value>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}

const lists = remembering((key: string) => Object.freeze(JSON.parse(key) as readonly string[]));

/** These texts, the same list for the same ones, which cannot be changed: many snapshots stay for the same reasons. */
export function sharedTexts(texts: readonly string[]): readonly string[] {
  return lists(JSON.stringify(texts));
}
