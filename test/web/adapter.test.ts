import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import type { Invocation } from '../../src/chat.ts';
import { type AdapterDriver, adapterContract } from '../contract/adapter.ts';
import { type ApiMessage, call, imageForm, readThread } from './client.ts';
import { startWeb } from './scripted.ts';

const picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#886644' } })
  .png()
  .toBuffer();

adapterContract('web, over HTTP', async (): Promise<AdapterDriver> => {
  const silent = async () => {};
  let web = await startWeb({ answer: silent });
  const earlier: Invocation[] = [];
  onTestFinished(() => web.close());

  async function sent(path: string, options: Parameters<typeof call>[2]): Promise<{ id: string }> {
    const { status, json } = await call(web, path, options);
    if (status !== 202) throw new Error(`${path} answered ${status}: ${JSON.stringify(json)}`);
    return json;
  }

  return {
    adapter: () => web.adapter,
    invocations: () => [...earlier, ...web.script.accepted],
    async say(command, options, event) {
      const headers: Record<string, string> = event === undefined ? {} : { 'idempotency-key': event };
      return (await sent('/api/threads', { body: { command, options }, headers })).id;
    },
    async replyWithPicture(thread) {
      await sent(`/api/threads/${thread}/messages`, { body: imageForm(picture) });
    },
    async press({ thread, message }, id) {
      await sent(`/api/threads/${thread}/messages/${message}/actions`, { body: { id } });
    },
    async react({ thread, message }, emoji, added) {
      const method = added ? 'POST' : 'DELETE';
      await sent(`/api/threads/${thread}/messages/${message}/reactions`, { method, body: { emoji } });
    },
    messages: async (thread) => (await readThread(web, thread)).messages.map(seen),
    keepPicture: () => web.images.put(picture),
    async restart() {
      earlier.push(...web.script.accepted);
      await web.close();
      web = await startWeb({ folder: web.folder, answer: silent });
    },
  };
});

function seen(message: ApiMessage) {
  const pictures = [...(message.images ?? []), ...(message.neighbours ?? []).filter(({ imageUrl }) => imageUrl)];
  const parts = [message.neighbours ?? [], message.refinement ?? {}];
  const text = [message.text, ...stringsOf(parts)].join('\n');
  return { id: message.id, text, actions: message.actions, pictures: pictures.length };
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}
