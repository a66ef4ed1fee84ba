import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createDiskImageFiles } from '../../src/images/disk.ts';
import { imageFilesContract } from '../contract/image-files.ts';

function freshFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'promptory-images-'));
}

imageFilesContract('disk', async () => {
  const folder = await freshFolder();
  return { files: createDiskImageFiles(folder), reopen: async () => createDiskImageFiles(folder) };
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

test('the same bytes are one file, two folders deep, and no temporary file stays', async () => {
  const folder = await freshFolder();
  const files = createDiskImageFiles(folder);
  const key = await files.put(Buffer.from('once'));
  await files.put(Buffer.from('once'));
  expect(await filesBelow(folder)).toEqual([path.join(folder, key.slice(0, 2), key.slice(2, 4), key)]);
});

// /dev/full fails every write with a real ENOSPC of the kernel; Linux only.
test.skipIf(!existsSync('/dev/full'))(
  'a full disk is reported with its remedy and leaves nothing under the key',
  async () => {
    const folder = await freshFolder();
    const full = createDiskImageFiles(folder, { openNew: () => open('/dev/full', 'w') });
    const failure = await full.put(Buffer.alloc(4096, 1)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'disk_full', cause: { code: 'ENOSPC' } });
    expect(String(failure)).toContain(folder);
    expect(await filesBelow(folder)).toEqual([]);
    const key = await createDiskImageFiles(folder).put(Buffer.alloc(4096, 1));
    expect((await readFile(path.join(folder, key.slice(0, 2), key.slice(2, 4), key))).length).toBe(4096);
  },
);

test('leftovers of a dead process are removed at start, those of a running one stay', async () => {
  const folder = await freshFolder();
  createDiskImageFiles(folder);
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  await writeFile(path.join(folder, 'incoming', `${dead}-half`), 'half a picture');
  await writeFile(path.join(folder, 'incoming', `${process.ppid}-half`), 'being written');
  createDiskImageFiles(folder);
  expect(await readdir(path.join(folder, 'incoming'))).toEqual([`${process.ppid}-half`]);
});

test('a folder that cannot be made is an error that names it', async () => {
  const folder = await freshFolder();
  await writeFile(path.join(folder, 'file'), '');
  expect(() => createDiskImageFiles(path.join(folder, 'file'))).toThrow(path.join(folder, 'file'));
});
