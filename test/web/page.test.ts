import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { blurhashOf } from '../../src/images/blurhash.ts';
import { type Answer, type RunningWeb, startWeb } from './scripted.ts';

const hostile = '<img src=x onerror="document.title=1"> & </p>';

const pictures = await Promise.all(
  ['#c03020', '#2060a0', '#30a050'].map((background) =>
    sharp({ create: { width: 320, height: 240, channels: 3, background } })
      .png()
      .toBuffer(),
  ),
);

const hashes = await Promise.all(pictures.map(blurhashOf));

/** A finished run as the real core posts it. */
const answer: Answer = async (thread, invocation, jobId) => {
  if (invocation.kind === 'message' && invocation.text === 'slow') {
    const cancel = { id: `cancel:${jobId}`, label: 'Cancel', emoji: '✖️' };
    const steps = { fraction: 0.4, step: 12, steps: 30, etaSeconds: 8.3, preview: pictures[0] };
    return thread.progress({ jobId, status: 'running', label: 'Drawing 2 pictures', ...steps, cancel });
  }
  if (invocation.kind === 'message' || invocation.kind === 'command') {
    const keys = await Promise.all(pictures.map((picture) => web.images.put(picture)));
    const image = (index: number) => ({
      key: keys[index] ?? '',
      alt: `picture ${index}`,
      width: 320,
      height: 240,
      seed: 7 + index,
      blurhash: hashes[index],
    });
    await thread.post(
      {
        text: `You asked: ${hostile}`,
        images: [image(0), image(1)],
        neighbours: [
          {
            id: 'n1',
            prompt: 'a tabby on a velvet sofa, watercolor',
            similarity: 0.93,
            source: 'corpus',
            alike: 14,
            picture: keys[2],
          },
          { id: 'n2', prompt: 'a sleeping kitten', similarity: 0.5, source: 'own' },
        ],
        refinement: {
          original: 'a cat sleeping on the sofa',
          prompt: 'a cat sleeping on the velvet sofa, watercolor',
          changes: [
            { kind: 'added', text: 'velvet', reason: 'a material makes it concrete', neighbourId: 'n1' },
            { kind: 'added', text: 'watercolor', reason: 'its medium', neighbourId: 'n1' },
          ],
          variants: [],
          refiner: 'neighbours',
        },
        actions: [
          { id: 'like:g1', label: 'Like', emoji: '👍' },
          { id: 'dislike:g1', label: 'Dislike', emoji: '👎' },
          { id: 'again:g1', label: 'Again', emoji: '🔁' },
          {
            id: 'refine:g1',
            label: 'Refine',
            emoji: '✨',
            form: { label: 'What should change?', value: 'a cat', maxLength: 500 },
          },
          { id: 'delete:g1', label: 'Delete', emoji: '🗑️' },
        ],
        generationId: 'g1',
      },
      { key: jobId },
    );
  }
  await thread.progress({ jobId, status: 'done', label: 'Done' });
};

let web: RunningWeb;
let browser: Browser;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  web = await startWeb({ answer, notices: ['The small model is in use.'] });
});

afterAll(() => web.close());

// This Chromium is one process: a closed context ends it, so each test has its own.
beforeEach(async () => {
  browser = await playwright.launch({ executablePath: await chromium.executablePath(), args: chromium.args });
  page = await browser.newPage({ viewport: { width: 1100, height: 800 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(web.url);
  await page.getByText('What should we make?').waitFor();
});

afterEach(async () => {
  await browser.close();
  expect(faults.splice(0)).toEqual([]);
});

const input = () => page.getByRole('combobox', { name: 'Message' });
const lastAccepted = () => web.script.accepted.at(-1);

/** For a look at it, where wanted. */
async function screenshot(name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

async function ask(text: string): Promise<void> {
  await input().fill(text);
  await input().press('Escape');
  await input().press('Enter');
}

describe('the page', () => {
  test('says what it is, what runs, and tries an example with one click', async () => {
    await page.getByText('The small model is in use.').waitFor();
    await page.getByRole('button', { name: 'a cat sleeping on the sofa' }).click();
    await page.getByRole('region', { name: 'Refined prompt' }).waitFor();
    expect(lastAccepted()).toMatchObject({ kind: 'message', text: '/prompt a cat sleeping on the sofa' });
    expect(page.url()).toMatch(/\/t\/[\w-]+$/);
  });

  test('completes commands, options and their values with the keyboard alone', async () => {
    const list = page.getByRole('listbox', { name: 'Completions' });
    await input().pressSequentially('/');
    await list.waitFor();
    expect(await list.getByRole('option').count()).toBe(3);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Tab');
    expect(await input().inputValue()).toBe('/prompt ');
    await input().pressSequentially('a cat --as');
    await list.getByText('--aspect').waitFor();
    await page.keyboard.press('Enter');
    await list.getByText('portrait').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await input().pressSequentially('--style ');
    await list.getByText('pixel art').waitFor();
    await input().pressSequentially('pi');
    await expect.poll(() => list.getByRole('option').count()).toBe(1);
    await page.keyboard.press('Enter');
    await list.waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter');
    const said = page.getByRole('article', { name: 'you' });
    await said.waitFor();
    expect(lastAccepted()).toMatchObject({ text: '/prompt a cat --aspect portrait --style "pixel art" ' });
  });

  test('shows what changed and why, strange text as text, and the same after a reload', async () => {
    await ask('/prompt a cat sleeping on the sofa');
    for (let round = 0; round < 2; round++) {
      const refined = page.getByRole('region', { name: 'Refined prompt' });
      await refined.waitFor();
      expect(await refined.locator('ins').allTextContents()).toEqual(expect.arrayContaining(['velvet', 'watercolor']));
      await refined.getByText('a material makes it concrete').waitFor();
      await refined.locator('.changes li').first().focus();
      await page.locator('.neighbour.lit[data-id="n1"]').waitFor();
      await page.getByText(`You asked: ${hostile}`).waitFor();
      await page.getByText('93 %').waitFor();
      expect(await page.getByText(/and \d+ like it/).allTextContents()).toEqual(['and 14 like it']);
      await page.reload();
    }
  });

  test('likes, takes it back, and swaps a like for a dislike', async () => {
    await ask('/prompt a cat');
    const like = page.getByRole('button', { name: 'Like', exact: true });
    const dislike = page.getByRole('button', { name: 'Dislike' });
    const pressed = (button: typeof like) => expect.poll(() => button.getAttribute('aria-pressed'));
    await like.click();
    await pressed(like).toBe('true');
    expect(lastAccepted()).toMatchObject({ kind: 'reaction', emoji: '👍', added: true });
    await dislike.click();
    await pressed(dislike).toBe('true');
    await pressed(like).toBe('false');
    await dislike.click();
    await pressed(dislike).toBe('false');
    expect(lastAccepted()).toMatchObject({ kind: 'reaction', emoji: '👎', added: false });
  });

  test('presses controls: at once, with a form, and twice to delete', async () => {
    await ask('/prompt a cat');
    await page.getByRole('button', { name: 'Again' }).click();
    await expect.poll(lastAccepted).toMatchObject({ kind: 'action', action: 'again:g1' });
    await page.getByRole('button', { name: 'Refine' }).click();
    await page.getByLabel('What should change?').fill('a dog');
    await page.getByRole('dialog').getByRole('button', { name: 'Refine' }).click();
    await expect.poll(lastAccepted).toMatchObject({ kind: 'action', action: 'refine:g1', text: 'a dog' });
    await page.getByRole('button', { name: 'Delete' }).click();
    expect(lastAccepted()).toMatchObject({ action: 'refine:g1' });
    await page.getByRole('button', { name: 'Really delete?' }).click();
    await expect.poll(lastAccepted).toMatchObject({ kind: 'action', action: 'delete:g1' });
  });

  test('opens pictures large: arrows move, the seed shows, Escape returns to where one was', async () => {
    await ask('/prompt a cat');
    const first = page.getByRole('button', { name: 'Open picture 1: picture 0' });
    await first.click();
    const lightbox = page.getByRole('dialog', { name: 'Picture' });
    await lightbox.getByText('1 of 2 · 320 × 240 · seed 7').waitFor();
    await page.keyboard.press('ArrowRight');
    await lightbox.getByText('2 of 2 · 320 × 240 · seed 8').waitFor();
    await page.keyboard.press('ArrowRight');
    await lightbox.getByText('1 of 2').waitFor();
    await page.keyboard.press('Escape');
    await lightbox.waitFor({ state: 'detached' });
    expect(await first.evaluate((node) => node === document.activeElement)).toBe(true);
  });

  test('holds the place of a picture that loads, in its colours, and nothing moves when it is there', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/images/**', async (route) => {
      await released;
      await route.continue();
    });
    await ask('/prompt a cat');
    const placeholders = page.locator('.picture canvas');
    await expect.poll(() => placeholders.count()).toBe(2);
    const frames = () =>
      page
        .locator('article.bot, .picture')
        .evaluateAll((all) => all.map((one) => [one.clientWidth, one.clientHeight, (one as HTMLElement).offsetTop]));
    const before = await frames();
    const middle = await placeholders
      .first()
      .evaluate((canvas: HTMLCanvasElement) => [...(canvas.getContext('2d')?.getImageData(16, 16, 1, 1).data ?? [])]);
    for (const [index, value] of [0xc0, 0x30, 0x20, 255].entries())
      expect(Math.abs((middle[index] ?? 0) - value)).toBeLessThan(8);
    await screenshot('placeholders');
    release();
    await expect.poll(() => placeholders.count()).toBe(0);
    expect(await frames()).toEqual(before);
  });

  test('says that a picture is gone', async () => {
    await page.route('**/images/**', (route) => route.abort());
    await ask('/prompt a cat');
    await page.getByRole('button', { name: 'Open picture 1' }).getByText('picture gone').waitFor();
    faults.length = 0;
  });

  test('sends a picture after a look at it, and shows it in the thread', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'promptory-page-')), 'mine.png');
    await writeFile(file, pictures[0] ?? '');
    await page.getByLabel('Add a picture').setInputFiles([file, file]);
    await page.getByRole('img', { name: 'mine.png' }).first().waitFor();
    await page.getByRole('button', { name: 'Remove mine.png' }).first().click();
    expect(await page.getByRole('img', { name: 'mine.png' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('article', { name: 'you' }).getByRole('img', { name: 'mine.png' }).waitFor();
    expect(lastAccepted()).toMatchObject({ kind: 'message', text: '', attachments: [{ name: 'mine.png' }] });
  });

  test('says what is wrong with a file and keeps what one wrote', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'promptory-page-')), 'broken.png');
    await writeFile(file, (pictures[0] ?? Buffer.alloc(0)).subarray(0, 90));
    await page.getByLabel('Add a picture').setInputFiles(file);
    await input().fill('like this');
    await input().press('Enter');
    await page.getByRole('alert').getByText("can't be read as a picture").waitFor();
    expect(await input().inputValue()).toBe('like this');
    // The refusal itself is an error line of the browser's console.
    expect(faults.splice(0).every((fault) => fault.includes('415'))).toBe(true);
  });

  test('shows progress, and cancels', async () => {
    await ask('slow');
    await page.getByText('Drawing 2 pictures · step 12 of 30 · about 8 s left').waitFor();
    const preview = page.getByRole('img', { name: 'How the picture looks so far' });
    await preview.waitFor();
    await expect.poll(() => preview.evaluate((node: HTMLImageElement) => node.naturalWidth)).toBe(256);
    await page.reload();
    await preview.waitFor();
    await screenshot('progress');
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('0.4');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(lastAccepted).toMatchObject({ kind: 'action', action: expect.stringMatching(/^cancel:job-/) });
  });

  test('says that the connection is lost, and goes on by itself after a restart', async () => {
    const first = await startWeb();
    await page.goto(first.url);
    await ask('a cat');
    await page.getByText('got message').waitFor();
    const thread = page.url().split('/').at(-1) ?? '';
    await first.close();
    await page.getByText('Connection lost, retrying').waitFor();
    const second = await startWeb({ folder: first.folder, port: Number(new URL(first.url).port) });
    onTestFinished(second.close);
    await second.adapter.thread({ adapter: 'web', thread }).post({ text: 'back again', actions: [] }, { key: 'back' });
    await page.getByText('back again').waitFor();
    await page.getByText('Connection lost').waitFor({ state: 'detached' });
    expect(await page.getByText('got message').count()).toBe(1);
    // What the browser says about the lost connection.
    faults.length = 0;
  });

  test('asks once for the token', async () => {
    const guarded = await startWeb({ token: 'a-token-of-good-length' });
    onTestFinished(guarded.close);
    await page.goto(guarded.url);
    await page.getByLabel('Access token').fill('wrong');
    await page.getByRole('button', { name: 'Open the page' }).click();
    await page.getByRole('alert').getByText('not the WEB_TOKEN').waitFor();
    await page.getByLabel('Access token').fill('a-token-of-good-length');
    await page.getByRole('button', { name: 'Open the page' }).click();
    await page.getByText('Promptory 0.1.0').waitFor();
    await ask('a cat');
    await page.getByText('got message').waitFor();
    await page.reload();
    await page.getByText('got message').waitFor();
    expect(faults.splice(0).every((fault) => fault.includes('401'))).toBe(true);
  });

  test('puts a neighbour into the composer, and fits a phone', async () => {
    await ask('/prompt a cat');
    await page.getByRole('button', { name: 'Use prompt 1' }).click();
    expect(await input().inputValue()).toBe('/prompt a tabby on a velvet sofa, watercolor');
    await page.setViewportSize({ width: 360, height: 700 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await page.evaluate(() => document.getElementById('conversation')?.scrollWidth)).toBeLessThanOrEqual(360);
    await page.getByRole('button', { name: 'Threads' }).click();
    await page.getByRole('link', { name: 'New thread' }).click();
    await page.getByText('What should we make?').waitFor();
  });
});
