import { expect, test } from 'vitest';
import { createSeal } from '../../src/seal.ts';

const data = { token: 'aW50ZXJhY3Rpb24', words: ['a cat', 'ünïcode'], none: null };

test('what was sealed comes back with the same secret and purpose alone, and can not be read or changed', () => {
  const seal = createSeal('the secret', 'places');
  const sealed = seal.close(data);
  expect(createSeal('the secret', 'places').open(sealed)).toEqual(data);
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('aW50ZXJhY3Rpb24');
  expect(seal.close(data)).not.toBe(sealed);
  expect(createSeal('another secret', 'places').open(sealed)).toBeUndefined();
  expect(createSeal('the secret', 'openings').open(sealed)).toBeUndefined();
  const changed = Buffer.from(sealed, 'base64');
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  expect(seal.open(changed.toString('base64'))).toBeUndefined();
  expect(seal.open('')).toBeUndefined();
});
