import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, type Program, startProgram } from './program.ts';

/** The whole loop as a person does it: in a real browser, against the real program with an empty environment. */
describe('the page, from an empty folder', () => {
  const folder = newFolder();
  let program: Program;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    program = await startProgram(folder);
    browser = await playwright.launch({ executablePath: await chromium.executablePath(), args: chromium.args });
    page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    page.setDefaultTimeout(60_000);
  });
  afterAll(async () => {
    await browser.close();
    await program.end('SIGKILL');
  });

  const pictures = () => page.getByRole('button', { name: /^Open picture/ });
  const last = (name: string) => page.getByRole('button', { name, exact: true }).last();

  async function say(text: string) {
    const input = page.getByRole('combobox', { name: 'Message' });
    await input.fill(text);
    await input.press('Escape');
    await input.press('Enter');
  }

  it('prompts, likes, refines, survives a restart, finds by a picture, and deletes', { timeout: 240_000 }, async () => {
    await page.goto(program.url);
    await page.getByText(/bundled model tiny-clip/).waitFor();
    await say('/prompt a cat sleeping on the sofa --count 2');
    await page
      .getByText(/^a cat sleeping on the sofa, /)
      .first()
      .waitFor();
    await expect.poll(() => pictures().count(), { timeout: 60_000 }).toBe(2);
    expect(await page.locator('.neighbour img').count()).toBeGreaterThanOrEqual(3);
    expect(await page.locator('.changes li').count()).toBeGreaterThan(0);

    await last('Like').click();
    await expect.poll(() => last('Like').getAttribute('aria-pressed'), { timeout: 60_000 }).toBe('true');
    await last('Refine').click();
    await expect.poll(() => pictures().count(), { timeout: 60_000 }).toBe(4);

    const port = new URL(program.url).port;
    expect(await program.end('SIGTERM')).toBe(0);
    await page.getByText('Connection lost').waitFor();
    program = await startProgram(folder, { PORT: port });
    await page.getByText('Connection lost').waitFor({ state: 'detached' });
    await last('Again').click();
    await expect.poll(() => pictures().count(), { timeout: 60_000 }).toBe(6);

    const made = page.locator('article.bot').filter({ has: pictures() }).last();
    const prompt = (await made.locator('.message-text').textContent())?.trim();
    const address = await made.locator('img').first().getAttribute('src');
    const bytes = await (await fetch(new URL(address ?? '', program.url))).arrayBuffer();
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'promptory-e2e-')), 'made.webp');
    await writeFile(file, Buffer.from(bytes));
    await page.getByLabel('Add a picture').setInputFiles(file);
    await page.getByRole('img', { name: 'made.webp' }).waitFor();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Prompts that made something like it').waitFor();
    const found = await page.locator('article.bot').last().locator('.neighbour .prompt-text').allInnerTexts();
    expect(found.slice(0, 3)).toContain(prompt);

    const id = await made.getAttribute('data-id');
    await made.getByRole('button', { name: 'Delete' }).click();
    await made.getByRole('button', { name: 'Really delete?' }).click();
    await page.locator(`article[data-id="${id}"]`).waitFor({ state: 'detached' });
    expect((await fetch(new URL(address ?? '', program.url))).status).toBe(404);
  });
});
