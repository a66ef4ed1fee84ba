/** What the order of a lane depends on. */
export interface InLine {
  owner: string;
  /** When it was accepted, in the queue's own count. */
  sequence: number;
  /** A crash or a stop interrupted it: its turn was taken already. */
  begun: boolean;
}

/**
 * The order in which a lane's waiting jobs begin: interrupted ones first, then round robin over the people who wait, each
 * with their oldest job. A person's turn counts from when they joined the line or were last served, whichever is later.
 *
 * The bound: a person's next job waits for at most one job of every other person who waits, plus those running or interrupted.
 * Proof: let A's turn be t. Whoever is ahead of A has an earlier turn. Once such a person B is served, B's turn is that
 * moment, which is after t; and who joins the line later has a later turn too. So B can be served only once before A.
 * A's turn counts from no later than when A's next job was both submitted and the first of A's, so t never moves back.
 *
 * `servedAt` tells when an owner was last served, in the count of `sequence`; undefined for who never was.
 */
export function fairOrder<Job extends InLine>(
  waiting: readonly Job[],
  servedAt: (owner: string) => number | undefined,
): Job[] {
  const bySequence = [...waiting].sort((a, b) => a.sequence - b.sequence);
  const lines = new Map<string, Job[]>();
  for (const job of bySequence) {
    if (job.begun) continue;
    const line = lines.get(job.owner);
    if (line) line.push(job);
    else lines.set(job.owner, [job]);
  }
  const turn = ([owner, [first]]: readonly [string, Job[]]) => Math.max(servedAt(owner) ?? 0, first?.sequence ?? 0);
  const ring = [...lines].sort((a, b) => turn(a) - turn(b)).map(([, jobs]) => jobs);
  const longest = Math.max(0, ...ring.map((jobs) => jobs.length));
  const rounds = Array.from({ length: longest }, (_, round) => ring.flatMap((jobs) => jobs[round] ?? []));
  return [...bySequence.filter(({ begun }) => begun), ...rounds.flat()];
}
