import { type Box, boundsOf, boxOf, type Cluster, joined, lifted, moved, type Placed, scaled } from './clusters.ts';
import type { Random } from './random.ts';
import type { Traits } from './traits.ts';
import type { RelationWord } from './words.ts';

/** `mine`, which holds subject `from`, goes to its place at `other`, which holds subject `to`. */
export interface Meeting {
  kind: RelationWord;
  from: number;
  to: number;
  mine: Cluster;
  other: Cluster;
  source: Traits;
  target: Traits;
}

/** Two clusters as one, placed as the relation says. */
export function relate(meeting: Meeting, random: Random): Cluster {
  const { kind, target } = meeting;
  if ((kind === 'wearing' || kind === 'with' || kind === 'in') && target.worn !== undefined) return wear(meeting);
  switch (kind) {
    case 'on':
    case 'riding':
      return sitOn(meeting, kind === 'riding' ? Math.max(target.seat.y, 0.3) : target.seat.y, random);
    case 'in':
      return target.holds ? lookOut(meeting, random) : sitIn(meeting, random);
    case 'under':
      return standUnder(meeting, random);
    case 'above':
      return flyOver(meeting, random);
    case 'behind':
      return standBehind(meeting, random);
    case 'front':
      return standBehind({ ...meeting, ...swapped(meeting) }, random);
    case 'left':
      return standBeside(meeting, -1, 1);
    case 'right':
      return standBeside(meeting, 1, 1);
    case 'beside':
      return standBeside(meeting, random.pick([-1, 1]), 1);
    case 'with':
    case 'wearing':
      return standBeside({ ...meeting, ...swapped(meeting) }, random.pick([-1, 1]), 0.8);
  }
}

function swapped({ from, to, mine, other, source, target }: Meeting) {
  return { from: to, to: from, mine: other, other: mine, source: target, target: source };
}

function centre(box: Box): number {
  return box.x + box.width / 2;
}

/** At most this share of the other's width, so that a cat fits on its sofa. */
function noWiderThan(cluster: Cluster, width: number): Cluster {
  const { width: own } = boundsOf(cluster.placed);
  return own > width ? scaled(cluster, width / own) : cluster;
}

/** On the seat of the other's nearest copy, which may be mirrored. */
function sitOn({ mine, other, from, to, target }: Meeting, depth: number, random: Random): Cluster {
  const seat = other.placed.find((item) => item.subject === to);
  if (seat === undefined) return joined(other, mine);
  const guest = noWiderThan(mine, boxOf(other, to).width * 0.6);
  const own = boxOf(guest, from);
  const { box, mirrored } = seat;
  const x = box.x + box.width * (mirrored ? 1 - target.seat.x : target.seat.x);
  const sideways = random.between(-0.06, 0.06) * Math.max(0, box.width - own.width);
  const foot = box.y + box.height * depth + Math.min(own.height * 0.05, box.height * 0.08);
  return joined(other, lifted(moved(guest, x + sideways - centre(own), foot - (own.y + own.height))));
}

/** Behind the rim of a cup, basket or boat: the upper part looks out. */
function lookOut({ mine, other, from, to, target }: Meeting, random: Random): Cluster {
  const rim = boxOf(other, to);
  const sized = noWiderThan(mine, rim.width * 0.66);
  const own = boxOf(sized, from);
  const inside = rim.height * (1 - target.seat.y);
  const foot = rim.y + rim.height * target.seat.y + Math.min(inside * 0.8, own.height * 0.42);
  const sideways = random.between(-0.05, 0.05) * rim.width;
  return joined(lifted(moved(sized, centre(rim) + sideways - centre(own), foot - (own.y + own.height))), other);
}

/** In the middle of something large: a bird in a tree. */
function sitIn({ mine, other, from, to }: Meeting, random: Random): Cluster {
  const host = boxOf(other, to);
  const guest = noWiderThan(mine, host.width * 0.42);
  const own = boxOf(guest, from);
  const x = centre(host) + random.between(-0.12, 0.12) * host.width;
  const middle = host.y + host.height * 0.42;
  return joined(other, lifted(moved(guest, x - centre(own), middle - (own.y + own.height / 2))));
}

/** At the foot of a tall thing, below a broad one. */
function standUnder({ mine, other, from, to, target }: Meeting, random: Random): Cluster {
  const guest = boxOf(mine, from);
  const isTree = target.scale >= 1.3 && target.zone === 'ground';
  const factor = Math.max(1, (guest.width * (isTree ? 2 : 1.35)) / boxOf(other, to).width);
  const roof = scaled(other, factor);
  const cover = boxOf(roof, to);
  const x = centre(guest) + random.between(-0.12, 0.12) * cover.width - centre(cover);
  const foot = isTree ? guest.y + guest.height - cover.height * 0.03 : guest.y + guest.height * 0.16;
  const placed = moved(roof, x, foot - (cover.y + cover.height));
  return isTree ? joined(placed, mine) : joined(lifted(placed), mine);
}

function flyOver({ mine, other, from, to }: Meeting, random: Random): Cluster {
  const below = boxOf(other, to);
  const guest = noWiderThan(mine, Math.max(below.width * 1.1, 0.6));
  const own = boxOf(guest, from);
  const x = centre(below) + random.between(-0.2, 0.2) * below.width;
  const foot = boundsOf(other.placed).y - 0.12 * own.height;
  return joined(other, lifted(moved(guest, x - centre(own), foot - (own.y + own.height))));
}

/** Partly hidden: what is larger towers over the middle, what is smaller looks out at the side. */
function standBehind({ mine, other, from, to, source, target }: Meeting, random: Random): Cluster {
  const front = boundsOf(other.placed);
  const towers = source.scale > target.scale;
  const share = front.height / boxOf(mine, from).height;
  const back = scaled(mine, Math.max(1, share * (towers ? 1.5 : 0.3)));
  const own = boxOf(back, from);
  const side = random.pick([-1, 1]);
  const sideways = towers ? random.between(0.1, 0.3) * own.width : front.width * 0.46 + own.width * 0.24;
  const foot = front.y + front.height * (towers ? 0.86 : 0.9) - (towers ? 0 : Math.max(0, front.height * 0.12));
  const placed = moved(back, centre(boxOf(other, to)) + side * sideways - centre(own), foot - (own.y + own.height));
  return joined(placed, other);
}

function standBeside({ mine, other, from, to }: Meeting, side: number, factor: number): Cluster {
  const host = boundsOf(other.placed);
  const main = boxOf(other, to);
  const guest = scaled(mine, factor);
  const own = boundsOf(guest.placed);
  const gap = factor < 1 ? -0.06 * main.width : 0.03 * (host.width + own.width);
  const x = side > 0 ? host.x + host.width + gap : host.x - gap - own.width;
  const feet = boxOf(guest, from);
  return joined(other, moved(guest, x - own.x, main.y + main.height - (feet.y + feet.height)));
}

/** On the head of every wearer, or below it: hats, glasses, scarves. */
function wear({ mine, other, from, to, source, target }: Meeting): Cluster {
  const [garment] = other.placed.filter((item) => item.subject === to);
  const { worn } = target;
  if (garment === undefined || worn === undefined) return joined(mine, other);
  const fitted = mine.placed.flatMap((item) =>
    item.subject === from ? [dressed(garment, item, source.head, worn)] : [],
  );
  return { placed: [...mine.placed, ...fitted], subjects: [...mine.subjects, ...other.subjects] };
}

function dressed(
  garment: Placed,
  { box, mirrored, rotation }: Placed,
  head: Traits['head'],
  worn: { below: number; width: number },
): Placed {
  const headWidth = box.width * head.width;
  const width = headWidth * worn.width;
  const height = (garment.box.height * width) / garment.box.width;
  const x = box.x + box.width * (mirrored ? 1 - head.x : head.x);
  const y = box.y + box.height * head.y + headWidth * worn.below;
  return {
    ...garment,
    rotation,
    mirrored,
    grounded: false,
    box: { x: x - width / 2, y: y - height / 2, width, height },
  };
}
