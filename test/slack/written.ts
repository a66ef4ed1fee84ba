import fc from 'fast-check';

/** Where blocks are shown, with all files and addresses in order. */
export const surroundings = { surface: 'message', isUsableFile: () => true, isReachable: () => true } as const;

/** What people may write. */
export const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 9000 }),
  fc.constantFrom('', ' ', '&'.repeat(4000), '😀'.repeat(2500), 'word '.repeat(4000), '<!channel> <@U123> & ```'),
);
