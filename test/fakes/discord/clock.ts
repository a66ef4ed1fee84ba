/** Discord's time as the fake tells it, in milliseconds since 1970: it can jump ahead, so that no test waits for 15 minutes. */
export interface Clock {
  now(): number;
  advance(milliseconds: number): void;
}

export function createClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advance(milliseconds) {
      ahead += milliseconds;
    },
  };
}

const discordEpoch = 1_420_070_400_000;

/** Snowflakes in the order of their making. https://discord.com/developers/docs/reference#snowflakes */
export function createSnowflakes(clock: Clock): () => string {
  let last = 0n;
  return () => {
    const next = BigInt(clock.now() - discordEpoch) << 22n;
    last = next > last ? next : last + 1n;
    return last.toString();
  };
}
