/** A server's base address without the login in it, and the header that logs in. */
export function splitLogin(url: string): { base: string; login: Record<string, string> } {
  const address = new URL(url);
  const user = decodeURIComponent(address.username);
  const password = decodeURIComponent(address.password);
  address.username = '';
  address.password = '';
  const base = `${address.origin}${address.pathname.replace(/\/+$/, '')}`;
  if (!user && !password) return { base, login: {} };
  return { base, login: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } };
}

/** The address of a service without the key in it, which is the password there (`https://:key@host`); undefined: none. */
export function splitKey(url: string): { base: string; key: string | undefined } {
  return { base: splitLogin(url).base, key: decodeURIComponent(new URL(url).password) || undefined };
}

/** Where a server's websocket is at a path below its base address, and the headers that log in. */
export function socketOf(url: string, path: string): { url: string; headers: Record<string, string> } {
  const { base, login } = splitLogin(url);
  return { url: `${base.replace(/^http/, 'ws')}${path}`, headers: login };
}
