import type { Random } from './random.ts';

/** A rectangle; y grows downwards, feet stand at y + height. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One copy of a subject at its place. */
export interface Placed {
  subject: number;
  box: Box;
  mirrored: boolean;
  /** Degrees. */
  rotation: number;
  /** True for what stands on the ground and casts a shadow there. */
  grounded: boolean;
}

/** Things that keep their places to each other, in paint order. */
export interface Cluster {
  placed: readonly Placed[];
  subjects: readonly number[];
}

/** The smallest rectangle around all. */
export function boundsOf(placed: readonly Placed[]): Box {
  const x = Math.min(...placed.map(({ box }) => box.x));
  const y = Math.min(...placed.map(({ box }) => box.y));
  const right = Math.max(...placed.map(({ box }) => box.x + box.width));
  const bottom = Math.max(...placed.map(({ box }) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** The place of one subject, all its copies together. */
export function boxOf(cluster: Cluster, subject: number): Box {
  return boundsOf(cluster.placed.filter((item) => item.subject === subject));
}

export function moved(cluster: Cluster, dx: number, dy: number): Cluster {
  return {
    ...cluster,
    placed: cluster.placed.map((item) => ({ ...item, box: { ...item.box, x: item.box.x + dx, y: item.box.y + dy } })),
  };
}

export function scaled(cluster: Cluster, factor: number): Cluster {
  const grow = (box: Box) => ({
    x: box.x * factor,
    y: box.y * factor,
    width: box.width * factor,
    height: box.height * factor,
  });
  return { ...cluster, placed: cluster.placed.map((item) => ({ ...item, box: grow(item.box) })) };
}

/** Off the ground: what sits, flies or is worn throws no shadow there. */
export function lifted(cluster: Cluster): Cluster {
  return { ...cluster, placed: cluster.placed.map((item) => ({ ...item, grounded: false })) };
}

/** The first is painted below the second. */
export function joined(below: Cluster, above: Cluster): Cluster {
  return { placed: [...below.placed, ...above.placed], subjects: [...below.subjects, ...above.subjects] };
}

/** Copies of one subject, feet at y = 0: overlapping in two depths on the ground, a loose flock in the air. */
export function crowd(
  subject: number,
  count: number,
  size: { width: number; height: number },
  inAir: boolean,
  random: Random,
): Cluster {
  const perRow = inAir
    ? Math.ceil(Math.sqrt(count * 1.5))
    : Math.max(1, Math.ceil(count / (count > 7 ? 3 : count > 2 ? 2 : 1)));
  const mirrored = random.chance(0.5);
  const placed = Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / perRow);
    const inRow = Math.min(perRow, count - row * perRow);
    const growth = count === 1 ? 1 : random.between(0.88, 1.08) * (inAir ? 1 : 1 + row * 0.06);
    const width = size.width * growth;
    const height = size.height * growth;
    const [wander, drop] = inAir ? [0.32, 0.3] : [0.06, 0.05];
    const step = size.width * (inAir ? 1.25 : count > 2 ? 1.05 : 1.02);
    const stagger = count > 1 ? random.between(-wander, wander) * size.width + (row % 2) * 0.3 * step : 0;
    const x = ((index % perRow) - (inRow - 1) / 2) * step + stagger - width / 2;
    const foot = row * size.height * (inAir ? 1 : 0.56) + (count > 1 ? random.between(-drop, drop) * size.height : 0);
    const rotation = count > 1 ? random.between(-6, 6) : random.between(-3, 3);
    const turned = count > 2 && !inAir && random.chance(0.3);
    return {
      subject,
      box: { x, y: foot - height, width, height },
      mirrored: mirrored !== turned,
      rotation,
      grounded: !inAir,
    };
  });
  return { placed, subjects: [subject] };
}
