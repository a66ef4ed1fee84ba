/**
 * Tells whether tokens and pictures may go to an address that Slack named: to Slack itself over https, or to the server that
 * SLACK_API_URL names. There, any port will do, one loopback name is as good as another, and what is asked over https is never
 * answered in clear.
 */
export function createHostCheck(apiUrl: string | undefined): (address: string) => boolean {
  const own = apiUrl === undefined ? undefined : new URL(apiUrl);
  return (address) => {
    if (!URL.canParse(address)) return false;
    const { protocol, hostname } = new URL(address);
    if (own === undefined)
      return protocol === 'https:' && (hostname === 'slack.com' || hostname.endsWith('.slack.com'));
    const isSafe = protocol === 'https:' || (protocol === 'http:' && own.protocol === 'http:');
    return isSafe && fileHosts(apiUrl).includes(hostname);
  };
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** The hosts that files are fetched from with the bot token. */
export function fileHosts(apiUrl: string | undefined): string[] {
  if (apiUrl === undefined) return ['files.slack.com'];
  const { hostname } = new URL(apiUrl);
  return loopback.includes(hostname) ? loopback : [hostname];
}
