import { describe, expect, test } from 'vitest';
import type { Adapter, Card, Invocation, MessageRef, Thread } from '../../src/chat.ts';

/** A message as a person on the platform sees it. */
export interface SeenMessage {
  id: string;
  /** Everything readable in it: text, prompts, reasons, labels. */
  text: string;
  actions: readonly { id: string; label: string }[];
  pictures: number;
}

/** Drives one adapter from the side of its platform's people. */
export interface AdapterDriver {
  adapter(): Adapter;
  /** Every invocation the core accepted, in order, over restarts too. */
  invocations(): readonly Invocation[];
  /** Types a command; the same event id again is a redelivery. Resolves with the thread once it was acknowledged. */
  say(command: string, options: Record<string, unknown>, event?: string): Promise<string>;
  replyWithPicture(thread: string): Promise<void>;
  press(message: MessageRef, action: string): Promise<void>;
  react(message: MessageRef, emoji: string, added: boolean): Promise<void>;
  messages(thread: string): Promise<SeenMessage[]>;
  /** Stores picture bytes where the adapter finds them; returns their key. */
  keepPicture(): Promise<string>;
  /** Ends the process's part and starts it anew on the same data. */
  restart(): Promise<void>;
}

const plain = (text: string): Card => ({ text, actions: [] });

/** What every adapter must do; `open` starts one with a core that accepts everything and answers nothing. */
export function adapterContract(name: string, open: () => Promise<AdapterDriver>): void {
  describe(`adapter: ${name}`, () => {
    async function opened(): Promise<{ driver: AdapterDriver; id: string; thread: () => Thread }> {
      const driver = await open();
      const id = await driver.say('prompt', { text: 'a cat' });
      const thread = () => driver.adapter().thread({ adapter: driver.adapter().name, thread: id });
      return { driver, id, thread };
    }

    test('a command reaches the core with who, where and what', async () => {
      const { driver, id } = await opened();
      expect(driver.invocations()).toMatchObject([
        {
          kind: 'command',
          command: 'prompt',
          options: { text: 'a cat' },
          thread: { adapter: driver.adapter().name, thread: id },
        },
      ]);
      const [invocation] = driver.invocations();
      expect(invocation?.id).toMatch(/./);
      expect(invocation?.scope).toMatch(/./);
      expect(invocation?.person.id).toMatch(/./);
    });

    test('an event delivered twice is one job, over a restart too', async () => {
      const driver = await open();
      const first = await driver.say('prompt', { text: 'a cat' }, 'event-1');
      expect(await driver.say('prompt', { text: 'a cat' }, 'event-1')).toBe(first);
      await driver.restart();
      expect(await driver.say('prompt', { text: 'a cat' }, 'event-1')).toBe(first);
      expect(await driver.say('prompt', { text: 'a cat' }, 'event-2')).not.toBe(first);
      expect(new Set(driver.invocations().map((invocation) => invocation.id)).size).toBe(2);
    });

    test('a reply with a picture brings its bytes or an address, and is answered in the same thread', async () => {
      const { driver, id } = await opened();
      await driver.replyWithPicture(id);
      const reply = driver.invocations().at(-1);
      expect(reply).toMatchObject({ kind: 'message', thread: { adapter: driver.adapter().name } });
      const [attachment] = reply?.kind === 'message' ? reply.attachments : [];
      expect(attachment && ('url' in attachment ? attachment.url.length : attachment.bytes.length)).toBeGreaterThan(0);
      // An adapter may name the conversation by the reply, so that the answer can refer to it.
      if (reply) await driver.adapter().thread(reply.thread).post(plain('found it'), { key: 'answer' });
      expect((await driver.messages(id)).at(-1)?.text).toContain('found it');
    });

    test('a card of every kind is shown without loss', async () => {
      const { driver, id, thread } = await opened();
      await thread().post(await fullCard(driver), { key: 'full' });
      const seen = (await driver.messages(id)).at(-1);
      expect(seen?.pictures).toBeGreaterThanOrEqual(2);
      const words = [
        'What I found',
        'a tabby on a velvet sofa',
        'sleeping kitten',
        'a ginger cat, soft light',
        'blurry',
        'soft light',
        'two neighbours share it',
        'a fallback was used',
      ];
      for (const text of words) expect(seen?.text).toContain(text);
      expect(seen?.actions.map((action) => action.id)).toEqual(['like:g1', 'again:g1', 'delete:g1']);
    });

    test('20,000 characters, many neighbours and many controls are posted, and none of the controls is lost', async () => {
      const { driver, id, thread } = await opened();
      const long = 'long words '.repeat(1900).slice(0, 20_000);
      const actions = Array.from({ length: 25 }, (_, i) => ({ id: `act:${i}`, label: `Action ${i}`, emoji: '🔁' }));
      const neighbours = Array.from({ length: 30 }, (_, i) => ({
        id: `n${i}`,
        prompt: long,
        similarity: 0.5,
        source: 'corpus' as const,
      }));
      const refinement = { original: long, prompt: `${long} more`, changes: [], variants: [], refiner: 'neighbours' };
      await thread().post({ text: long, actions, neighbours, refinement }, { key: 'long' });
      await thread().post(plain(''), { key: 'empty' });
      const seen = await driver.messages(id);
      const shown = seen.flatMap((message) => message.actions.map((action) => action.id));
      expect(shown).toEqual(actions.map((action) => action.id));
      expect(seen.some((message) => message.text.includes('long words long words'))).toBe(true);
    });

    test('a key posts once, at the same time and after a restart', async () => {
      const { driver, id, thread } = await opened();
      const before = (await driver.messages(id)).length;
      const refs = await Promise.all([1, 2, 3].map(() => thread().post(plain('once'), { key: 'k' })));
      await driver.restart();
      refs.push(await thread().post(plain('once'), { key: 'k' }));
      expect(new Set(refs.map((ref) => JSON.stringify(ref))).size).toBe(1);
      expect((await driver.messages(id)).length).toBe(before + 1);
      const other = await thread().post(plain('once'), { key: 'other' });
      expect(other.message).not.toBe(refs[0]?.message);
    });

    test('a control comes back as it was posted, after a restart too', async () => {
      const { driver, thread } = await opened();
      const action = { id: `again:${'x'.repeat(94)}`, label: 'Again', emoji: '🔁' };
      const ref = await thread().post({ text: 'press me', actions: [action] }, { key: 'controls' });
      await driver.restart();
      await driver.press(ref, action.id);
      expect(driver.invocations().at(-1)).toMatchObject({ kind: 'action', action: action.id, message: ref });
    });

    test('a reaction given and taken back carries the ref that post returned', async () => {
      const { driver, thread } = await opened();
      const ref = await thread().post(plain('like me'), { key: 'liked' });
      await driver.react(ref, '👍', true);
      await driver.react(ref, '👍', false);
      expect(driver.invocations().slice(-2)).toMatchObject([
        { kind: 'reaction', emoji: '👍', added: true, message: ref },
        { kind: 'reaction', emoji: '👍', added: false, message: ref },
      ]);
    });

    test('a removed message is gone; removing it again is no fault', async () => {
      const { driver, id, thread } = await opened();
      const ref = await thread().post(plain('a slip'), { key: 'slip' });
      expect((await driver.messages(id)).some(({ text }) => text.includes('a slip'))).toBe(true);
      await thread().remove(ref);
      await thread().remove(ref);
      expect((await driver.messages(id)).some(({ text }) => text.includes('a slip'))).toBe(false);
    });

    test('progress in any order, of jobs known and unknown, never fails', async () => {
      const { thread } = await opened();
      const cancel = { id: 'cancel:j', label: 'Cancel', emoji: '✖️' };
      const updates = [
        { status: 'done', label: 'Done' },
        { status: 'running', label: 'Late', fraction: 0.5, etaSeconds: 3, cancel },
        { status: 'queued', label: 'Waiting', ahead: 3, cancel },
        { status: 'running', label: '', fraction: 1 },
        { status: 'failed', label: 'Failed' },
        { status: 'cancelled', label: 'Cancelled' },
      ] as const;
      await Promise.all(updates.map((update) => thread().progress({ jobId: 'never seen', ...update })));
      for (const update of updates) await thread().progress({ jobId: 'seen', ...update });
    });

    test('hostile text is shown literally', async () => {
      const { driver, id, thread } = await opened();
      const hostile =
        '<script>alert(1)</script> @everyone <!channel> *bold* `code` [link](http://evil.example) \u202Eabc';
      await thread().post({ ...plain(hostile), tone: 'error' }, { key: 'hostile' });
      expect((await driver.messages(id)).at(-1)?.text).toContain(hostile);
    });
  });
}

async function fullCard(driver: AdapterDriver): Promise<Card> {
  const key = await driver.keepPicture();
  const picture = { key, alt: 'a ginger cat', width: 64, height: 48 };
  return {
    text: 'What I found',
    neighbours: [
      { id: 'n1', prompt: 'a tabby on a velvet sofa', similarity: 0.93, source: 'corpus', picture: key },
      { id: 'n2', prompt: 'sleeping kitten', source: 'own' },
    ],
    refinement: {
      original: 'a cat',
      prompt: 'a ginger cat, soft light',
      negativePrompt: 'blurry',
      changes: [{ kind: 'added', text: 'soft light', reason: 'two neighbours share it', neighbourId: 'n1' }],
      variants: [],
      refiner: 'neighbours',
      notice: 'a fallback was used',
    },
    images: [
      { ...picture, seed: 7 },
      { ...picture, seed: 8 },
    ],
    actions: [
      { id: 'like:g1', label: 'Like', emoji: '👍' },
      { id: 'again:g1', label: 'Again', emoji: '🔁' },
      { id: 'delete:g1', label: 'Delete', emoji: '🗑️' },
    ],
    generationId: 'g1',
  };
}
