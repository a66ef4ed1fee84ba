import { hashText } from './prompt-hash.ts';

/** A set of texts that keeps 8 bytes of each, whatever their length: a million take about 30 MB. */
export interface TextSet {
  has(text: string): boolean;
  /** False when it was there already. */
  add(text: string): boolean;
  readonly size: number;
}

// Linear probing stays short below this load.
const maxLoad = 0.6;

export function createTextSet(): TextSet {
  let slots = new Uint32Array(2 * 1024);
  let size = 0;
  // Most texts are looked up and then added.
  let last: { text: string; key: [number, number] } = { text: '', key: hashOf('') };

  function keyOf(text: string): [number, number] {
    if (text !== last.text) last = { text, key: hashOf(text) };
    return last.key;
  }

  /** The place of a hash, or the free one where it belongs. A pair of zeros is a free place. */
  function find(table: Uint32Array, [low, high]: [number, number]): number {
    const count = table.length / 2;
    let place = low % count;
    while (table[2 * place] !== low || table[2 * place + 1] !== high) {
      if (table[2 * place] === 0 && table[2 * place + 1] === 0) break;
      place = (place + 1) % count;
    }
    return 2 * place;
  }

  function grow() {
    const larger = new Uint32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += 2) {
      const pair: [number, number] = [slots[at] ?? 0, slots[at + 1] ?? 0];
      if (pair[0] !== 0 || pair[1] !== 0) larger.set(pair, find(larger, pair));
    }
    slots = larger;
  }

  return {
    has(text) {
      const at = find(slots, keyOf(text));
      return slots[at] !== 0 || slots[at + 1] !== 0;
    },
    add(text) {
      const key = keyOf(text);
      const at = find(slots, key);
      if (slots[at] !== 0 || slots[at + 1] !== 0) return false;
      slots.set(key, at);
      size += 1;
      if (size > (slots.length / 2) * maxLoad) grow();
      return true;
    },
    get size() {
      return size;
    },
  };
}

function hashOf(text: string): [number, number] {
  const [low, high] = hashText(text);
  return low === 0 && high === 0 ? [0, 1] : [low, high];
}
