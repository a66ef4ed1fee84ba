const official = 'https://discord.com/api';

/** Discord's API, or the one the operator names, in the form discord.js takes: without version and slash at the end. */
export function apiAddress(configured: string | undefined): string {
  return (configured ?? official).replace(/\/+$/, '').replace(/\/v\d+$/, '');
}

export function isOfficial(apiUrl: string): boolean {
  return new URL(apiUrl).hostname === new URL(official).hostname;
}
