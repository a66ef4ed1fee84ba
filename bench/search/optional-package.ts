import { createRequire } from 'node:module';

const require = createRequire(new URL('../package.json', import.meta.url));

/** A package of bench/package.json, typed by the few members that are used. Throws when it was not installed. */
export function optionalPackage<Members>(name: string): Members {
  try {
    return require(name) as Members;
  } catch (cause) {
    throw new Error(`${name} is not installed here: npm install --prefix bench`, { cause });
  }
}
