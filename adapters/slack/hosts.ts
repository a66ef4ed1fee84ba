/** Tells whether an address that Slack named belongs to Slack (or to the server that SLACK_API_URL names), so that tokens and pictures may go there. */
export function createHostCheck(apiUrl: string | undefined): (address: string) => boolean {
  const own = apiUrl === undefined ? undefined : new URL(apiUrl).hostname;
  return (address) => {
    const { protocol, hostname } = new URL(address);
    if (hostname === own) return protocol === 'https:' || protocol === 'http:';
    return own === undefined && protocol === 'https:' && (hostname === 'slack.com' || hostname.endsWith('.slack.com'));
  };
}

/** The hosts that files are fetched from with the bot token. */
export function fileHosts(apiUrl: string | undefined): string[] {
  return [apiUrl === undefined ? 'files.slack.com' : new URL(apiUrl).hostname];
}
