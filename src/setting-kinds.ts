import { z } from 'zod';

/** What several settings take. */
export const webAddress = z.url({ protocol: /^https?$/, error: 'must be a web address such as http://localhost:8123' });

export const port = z.coerce
  .number({ error: 'must be a number' })
  .int('must be a whole number')
  .min(0, 'must be 0 to 65535')
  .max(65535, 'must be 0 to 65535');
