import { z } from 'zod';

/** A setting that holds a web address. */
export const webAddress = z.url({ protocol: /^https?$/, error: 'must be a web address such as http://localhost:8123' });
