/** 1 when all are equal, 1/n when one has everything: https://www.cs.wustl.edu/~jain/papers/ftp/fairness.pdf */
export function jain(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return sum ** 2 / (values.length * squares);
}

/** Jobs of each person that are compared: everybody has as many. */
export const firstJobs = 5;
const people = Array.from({ length: 50 }, (_, index) => `person-${index}`);

/** The owners of 1,000 jobs as they arrive: the greediest of 50 people (35 jobs) is there first and the most modest (5) last. */
export function greediestFirst(): string[] {
  const last = people.length - 1;
  return people.flatMap((owner, index) =>
    Array.from({ length: firstJobs + Math.round((30 * (last - index)) / last) }, () => owner),
  );
}

/** Everybody's wait in jobs, on the mean over their first ones. All were there at the same moment, so equal waits are fair. */
export function meanWaits(order: readonly string[]): number[] {
  return people.map((person) => {
    const places = order.flatMap((owner, place) => (owner === person ? place + 1 : [])).slice(0, firstJobs);
    return places.reduce((sum, place) => sum + place, 0) / places.length;
  });
}
