const officialOrigin = 'https://api.openai.com';

/** True where OPENAI_API_KEY may be sent to a backend at `url`: only to the server that it is the key of. */
export function takesSharedKey(url: string | undefined, sharedBaseUrl: string | undefined): boolean {
  return url === undefined || new URL(url).origin === new URL(sharedBaseUrl ?? officialOrigin).origin;
}

/** OpenAI itself lets nobody in without a key; a server of one's own may. */
export function needsKey(url: string | undefined): boolean {
  return url === undefined || new URL(url).origin === officialOrigin;
}
