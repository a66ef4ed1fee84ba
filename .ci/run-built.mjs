// Starts the built program with an empty environment in an empty folder, asks for one picture, and stops it.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const folder = mkdtempSync(path.join(tmpdir(), 'promptory-built-'));
const program = spawn(process.execPath, [path.join(root, 'dist/src/main.js')], {
  cwd: folder,
  env: { PATH: process.env.PATH, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const deadline = setTimeout(() => fail('it took more than two minutes'), 120_000);

const url = await addressFrom(program.stdout);
const health = await fetch(`${url}/healthz`);
if (health.status !== 200) fail(`GET /healthz answered ${health.status}`);
const { id } = await json('/api/threads', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ command: 'prompt', options: { text: 'a cat sleeping on the sofa' } }),
});
let thread = await json(`/api/threads/${id}`);
while (thread.status === 'queued' || thread.status === 'running') {
  await new Promise((resolve) => setTimeout(resolve, 100));
  thread = await json(`/api/threads/${id}`);
}
const pictures = thread.messages.flatMap((message) => message.images ?? []);
if (thread.status !== 'done' || pictures.length !== 1) fail(`the thread ended ${thread.status} with ${pictures.length} pictures`);
program.kill('SIGTERM');
const [code] = await new Promise((resolve) => program.once('exit', (...ended) => resolve(ended)));
clearTimeout(deadline);
if (code !== 0) fail(`it ended with code ${code} on SIGTERM`);
console.log('The built program starts, draws a picture and stops.');

async function json(route, request) {
  const response = await fetch(url + route, request);
  if (!response.ok) fail(`${route} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function addressFrom(output) {
  let text = '';
  for await (const chunk of output.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    process.stdout.write(chunk);
    text += chunk;
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
    if (found) {
      output.resume();
      return found[0];
    }
  }
  return fail('it ended before it was ready');
}

function fail(reason) {
  console.error(`The built program failed: ${reason}`);
  program.kill('SIGKILL');
  process.exit(1);
}
