import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { newFolder, type Program, spawnProgram, startProgram } from './program.ts';
import { usedFolder } from './used-folder.ts';

const running: Program[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) await program.end('SIGKILL');
});

async function start(...given: Parameters<typeof startProgram>): Promise<Program> {
  const program = await startProgram(...given);
  running.push(program);
  return program;
}

/** Runs a program that must end by itself; returns its exit code and all that it printed. */
async function runToEnd(
  folder: string,
  environment: Record<string, string>,
): Promise<{ code: number; output: string }> {
  const child = spawnProgram(folder, environment);
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('starting', () => {
  it('refuses wrong settings with all faults at once, no stack and no secret', async () => {
    const { code, output } = await runToEnd(newFolder(), { PORT: 'many', HOST: '0.0.0.0', WEB_TOKEN: 'hunter2-short' });
    expect(code).toBe(1);
    expect(output).toMatch(/PORT must be a number/);
    expect(output).toMatch(/WEB_TOKEN must have at least 16/);
    expect(output).not.toMatch(/hunter2|\n\s+at /);
  });

  it('tells a second process on the same folder which folder it is, and what to do', { timeout: 60_000 }, async () => {
    const folder = await usedFolder();
    await start(folder);
    const { code, output } = await runToEnd(folder, {});
    expect(code).toBe(1);
    expect(output).toContain(folder);
    expect(output).toMatch(/DATA_DIR/);
    expect(output).not.toMatch(/\n\s+at /);
  });

  it('names PORT when the port is taken', { timeout: 60_000 }, async () => {
    const { url } = await start(await usedFolder());
    const { code, output } = await runToEnd(await usedFolder(), { PORT: new URL(url).port });
    expect(code).toBe(1);
    expect(output).toMatch(/Port \d+ .* in use.*PORT/);
  });

  it('says in one line which model is used when the hub is out of reach, and which setting seems misspelt', {
    timeout: 60_000,
  }, async () => {
    const program = await start(newFolder(), { DISCORD_TOKN: 'a-token' });
    expect(
      program
        .output()
        .split('\n')
        .filter((line) => /bundled model tiny-clip/.test(line)),
    ).toHaveLength(1);
    expect(program.output()).toMatch(/"DISCORD_TOKN is not a setting; did you mean DISCORD_TOKEN\?"/);
    const about = await (await fetch(`${program.url}/api/about`)).json();
    expect(about).toMatchObject({ notices: expect.arrayContaining([expect.stringMatching(/tiny-clip/)]) });
  });

  it('refuses another model than the database was built with, and says how to change it', {
    timeout: 60_000,
  }, async () => {
    const folder = await usedFolder();
    await (await start(folder)).end('SIGTERM');
    const { code, output } = await runToEnd(folder, { CLIP_MODEL: 'Xenova/clip-vit-base-patch32' });
    expect(code).toBe(1);
    expect(output).toMatch(/tiny-clip.*npm run reembed.*Xenova\/clip-vit-base-patch32/s);
  });
});
