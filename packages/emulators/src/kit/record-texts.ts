/**
 * Keeps the JSON text of each record. Records never change, so a text holds for as long as its record is there, and a list
 * joins what was made before.
 */
export function createRecordTexts<Item extends object>(): (record: Item, json: () => unknown) => string {
  const texts = new WeakMap<Item, string>();
  return (record, json) => {
    const known = texts.get(record);
    if (known !== undefined) return known;
    const text = JSON.stringify(json());
    texts.set(record, text);
    return text;
  };
}
