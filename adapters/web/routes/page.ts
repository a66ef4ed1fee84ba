import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Hono } from 'hono';
import { packageRoot } from '../../../src/paths.ts';
import type { WebEnvironment } from '../server.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface PageFile {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
  etag: string;
}

/** The page and its files, read once: a request can name only what was there at the start. */
export function pageRoutes(): Hono<WebEnvironment> {
  const routes = new Hono<WebEnvironment>();
  const files = readFiles(path.join(packageRoot, 'adapters', 'web', 'page'));

  function serve(name: string, known: string | undefined): Response | undefined {
    const file = files.get(name);
    if (!file) return undefined;
    const headers = { 'content-type': file.type, etag: file.etag, 'cache-control': 'no-cache' };
    return known === file.etag ? new Response(null, { status: 304, headers }) : new Response(file.bytes, { headers });
  }

  for (const address of ['/', '/t/:thread']) {
    routes.get(address, (context) => serve('index.html', context.req.header('if-none-match')) ?? context.notFound());
  }
  routes.get(
    '/page/:name',
    (context) => serve(context.req.param('name'), context.req.header('if-none-match')) ?? context.notFound(),
  );

  return routes;
}

function readFiles(folder: string): Map<string, PageFile> {
  const own = readdirSync(folder).map((name) => [name, path.join(folder, name)] as const);
  const files = new Map<string, PageFile>();
  for (const [name, file] of [...own, ['blurhash.js', blurhashModule()] as const]) {
    const type = mediaTypes[path.extname(name)];
    if (type === undefined) continue;
    const bytes = new Uint8Array(readFileSync(file));
    files.set(name, { bytes, type, etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"` });
  }
  return files;
}

/** The package's build for browsers: one file without imports. */
function blurhashModule(): string {
  const manifest = createRequire(import.meta.url).resolve('blurhash/package.json');
  return path.join(path.dirname(manifest), 'dist', 'esm', 'index.js');
}
