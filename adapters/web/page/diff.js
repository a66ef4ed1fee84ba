const maxCells = 4_000_000;

/** The word-wise difference of two texts as `{kind: 'same' | 'added' | 'removed', text}` pieces, by longest common subsequence. */
export function diffWords(before, after) {
  const a = tokens(before);
  const b = tokens(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = diffMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const same = (words) => words.map((text) => ({ kind: 'same', text }));
  return merge([...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))]);
}

function tokens(text) {
  return text.match(/\s+|[\p{L}\p{N}'’-]+|[^\s\p{L}\p{N}]/gu) ?? [];
}

function diffMiddle(a, b) {
  const whole = [...a.map((text) => ({ kind: 'removed', text })), ...b.map((text) => ({ kind: 'added', text }))];
  if (a.length === 0 || b.length === 0 || a.length * b.length > maxCells) return whole;
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] = a[i] === b[j] ? lengths[at + width + 1] + 1 : Math.max(lengths[at + width], lengths[at + 1]);
    }
  }
  return walk(a, b, lengths, width);
}

function walk(a, b, lengths, width) {
  const pieces = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push({ kind: 'same', text: a[i] });
      i++;
      j++;
    } else if (i < a.length && (j === b.length || lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) {
      pieces.push({ kind: 'removed', text: a[i++] });
    } else {
      pieces.push({ kind: 'added', text: b[j++] });
    }
  }
  return pieces;
}

function merge(pieces) {
  const merged = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (last?.kind === piece.kind) last.text += piece.text;
    else merged.push({ ...piece });
  }
  return merged;
}
