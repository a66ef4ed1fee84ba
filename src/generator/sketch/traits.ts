import type { BackgroundKind } from './background.ts';
import type { Emoji } from './icons.ts';

/** How a thing behaves in a picture. */
export interface Traits {
  /** Side of the square it fills when a person is 1: a storybook's scale, not nature's, so that a mouse stays visible. */
  scale: number;
  zone: 'ground' | 'air';
  /** Where another thing sits on it: shares of its width and of its height, from the drawing's left and top. */
  seat: { x: number; y: number };
  /** True when what is in it looks out of it. */
  holds: boolean;
  /** The middle of its head (shares, as for the seat) and the head's width as a share of its own. */
  head: { x: number; y: number; width: number };
  /** Worn: how far its middle lies below the middle of the head, and how wide it is, in widths of the head. */
  worn?: { below: number; width: number };
  /** Where it is at home when the prompt names no place. */
  home?: BackgroundKind;
}

type Rules = Readonly<Record<string, string>>;

/** Side lengths by emoji subgroup (emojibase order numbers), then by icon. */
const subgroupScale: Readonly<Record<number, number>> = {
  ...{
    34: 0.95,
    35: 0.75,
    36: 0.6,
    37: 0.9,
    38: 0.9,
    39: 0.5,
    40: 0.65,
    41: 0.75,
    42: 0.55,
    43: 0.55,
    44: 0.65,
    45: 0.65,
  },
  ...{
    46: 0.6,
    47: 0.6,
    48: 0.6,
    50: 1.5,
    51: 1.6,
    52: 1.6,
    53: 1.5,
    54: 1.25,
    55: 1.2,
    56: 1.1,
    59: 0.75,
    60: 0.8,
    62: 0.6,
  },
  ...{
    63: 0.6,
    64: 0.65,
    65: 0.55,
    67: 0.55,
    68: 0.8,
    69: 0.55,
    70: 0.7,
    71: 0.6,
    72: 0.6,
    73: 0.6,
    74: 0.6,
    75: 0.5,
    78: 0.65,
    79: 0.65,
    81: 0.8,
  },
};

const iconScale = byIcon({
  '1.7': 'dinosaur sauropod t-rex mammoth elephant giraffe spouting-whale whale dragon',
  '1.4':
    'deciduous-tree evergreen-tree palm-tree leafless-tree christmas-tree horse camel rhinoceros hippopotamus moose bison ox orca lighthouse shark gorilla',
  '1.3': 'couch-and-lamp bed bathtub',
  '1.15': 'lion tiger bear polar-bear cow zebra deer unicorn leopard water-buffalo phoenix',
  '0.8':
    'cat cat-face dog-face rabbit rabbit-face teddy-bear raccoon fox monkey koala badger otter sloth tropical-fish fish cactus door balloon chair monarch-butterfly hot-air-balloon poodle skunk hedgehog',
  '0.55': 'mouse rat mouse-face hamster chipmunk hatching-chick baby-chick front-facing-baby-chick snail',
});

const airborne = new Set(
  'balloon kite airplane small-airplane airplane-departure airplane-arrival parachute helicopter satellite rocket flying-saucer comet shooting-star meteor star glowing-star sun sun-with-face full-moon crescent-moon new-moon ringed-planet cloud rainbow bird dove eagle bat butterfly monarch-butterfly honeybee lady-beetle fly mosquito black-bird parrot owl dragon phoenix fairy flying-disc snowflake high-voltage bubbles ghost superhero witch hot-air-balloon full-moon-face new-moon-face first-quarter-moon globe-showing-americas globe-showing-europe-africa globe-showing-asia-australia red-heart feather fireworks sparkles milky-way cloud-with-rain cloud-with-lightning musical-note musical-notes wind-face baby-angel red-paper-lantern'.split(
    ' ',
  ),
);

const seats = byIcon({
  '0.42 0.72': 'couch-and-lamp',
  '0.55 0.6': 'bed',
  '0.45 0.2': 'hot-beverage teacup-without-handle steaming-bowl',
  '0.5 0.62': 'chair',
  '0.5 0.55': 'sailboat canoe bathtub motor-scooter',
  '0.5 0.35': 'bicycle motorcycle skateboard speedboat camel horse elephant sled turtle unicorn whale dolphin tractor',
  '0.5 0.25': 'deciduous-tree evergreen-tree palm-tree dragon lion bear cow pig giraffe sauropod t-rex rocket broom',
});

/** Most animals face left with the head up; these do not. */
const heads = byIcon({
  '0.5 0.5 0.9':
    'bear fox wolf lion panda koala polar-bear hamster chicken frog robot ghost alien cat-face dog-face monkey-face tiger-face horse-face cow-face pig-face mouse-face rabbit-face dragon-face clown-face skull ogre goblin boar alien-monster jack-o-lantern',
  '0.5 0.3 0.72': 'dog',
  '0.5 0.24 0.68': 'owl',
  '0.46 0.15 0.5': 'penguin',
  '0.5 0.27 0.6': 'teddy-bear',
  '0.4 0.2 0.4': 'gorilla beaver',
  '0.5 0.34 0.42': 'snowman snowman-without-snow',
  '0.36 0.42 0.6': 'monkey',
  '0.85 0.14 0.3': 'kangaroo',
  '0.3 0.5 0.5': 'turtle hedgehog pig sloth otter',
  '0.3 0.22 0.24': 'giraffe llama camel deer flamingo',
});

const holders = new Set(
  'basket bucket bathtub hot-beverage teacup-without-handle package jar amphora shopping-cart sailboat canoe speedboat motor-boat pot-of-food bowl-with-spoon top-hat wrapped-gift treasure-chest potted-plant nest-with-eggs empty-nest sport-utility-vehicle pickup-truck shopping-bags handbag backpack hiking-boot mans-shoe wine-glass glass-of-milk beer-mug cup-with-straw wastebasket cooking'.split(
    ' ',
  ),
);

const wearables: Readonly<Record<string, { below: number; width: number }>> = {
  'top-hat': { below: -0.62, width: 0.8 },
  'womans-hat': { below: -0.5, width: 1 },
  'billed-cap': { below: -0.46, width: 0.9 },
  'graduation-cap': { below: -0.5, width: 0.95 },
  'military-helmet': { below: -0.45, width: 0.95 },
  'rescue-workers-helmet': { below: -0.45, width: 0.95 },
  crown: { below: -0.58, width: 0.72 },
  headphone: { below: -0.12, width: 1.15 },
  glasses: { below: -0.06, width: 0.72 },
  sunglasses: { below: -0.06, width: 0.72 },
  goggles: { below: -0.08, width: 0.76 },
  scarf: { below: 0.58, width: 0.7 },
  necktie: { below: 0.85, width: 0.34 },
  ribbon: { below: -0.45, width: 0.5 },
};

const homes = byIcon({
  room: 'couch-and-lamp bed chair bathtub door television teddy-bear sewing-needle yarn',
  road: 'automobile racing-car sport-utility-vehicle taxi police-car bus delivery-truck articulated-lorry motorcycle motor-scooter bicycle fire-engine ambulance pickup-truck minibus auto-rickshaw tram trolleybus person-biking man-biking woman-biking',
  sea: 'sailboat canoe speedboat passenger-ship ferry motor-boat ship spouting-whale whale dolphin anchor person-surfing person-rowing-boat person-swimming seal water-wave',
  underwater:
    'fish tropical-fish blowfish shark octopus jellyfish squid coral orca mermaid merperson merman crab lobster diving-mask',
  space:
    'rocket astronaut man-astronaut woman-astronaut flying-saucer satellite ringed-planet comet alien milky-way meteor',
  snow: 'penguin polar-bear snowman snowman-without-snow skier snowboarder sled skis santa-claus ice-skate',
  desert: 'camel two-hump-camel cactus scorpion',
  meadow:
    'cow horse ewe ram goat pig rooster chicken sunflower tulip butterfly honeybee rabbit tractor donkey duck house-with-garden house houses ox lady-beetle zebra giraffe lion elephant unicorn monarch-butterfly',
  forest:
    'fox wolf deer bear owl raccoon mushroom hedgehog boar chipmunk badger beaver moose sloth fairy elf elf woman-elf man-elf',
  sky: 'airplane small-airplane helicopter parachute kite eagle bird hot-air-balloon dove balloon superhero',
  beach: 'palm-tree crab spiral-shell desert-island turtle bikini beach-with-umbrella flamingo lighthouse',
});

const peopleGroup = 1;

export function traitsOf(emoji: Emoji): Traits {
  const { icon, subgroup, group } = emoji;
  const home = homes.get(icon) as BackgroundKind | undefined;
  const worn = wearables[icon];
  const [seatX, seatY] = numbers(seats.get(icon) ?? '0.5 0.1');
  const [headX, headY, headWidth] = numbers(
    heads.get(icon) ?? (group === peopleGroup ? '0.5 0.42 0.55' : '0.28 0.24 0.46'),
  );
  return {
    scale: Number(iconScale.get(icon) ?? subgroupScale[subgroup] ?? 1),
    zone: airborne.has(icon) ? 'air' : 'ground',
    seat: { x: seatX, y: seatY },
    head: { x: headX, y: headY, width: headWidth },
    holds: holders.has(icon),
    ...(worn === undefined ? {} : { worn }),
    ...(home === undefined ? {} : { home }),
  };
}

function numbers(text: string): [number, number, number] {
  const [first = 0, second = 0, third = 0] = text.split(' ').map(Number);
  return [first, second, third];
}

function byIcon(rules: Rules): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(rules).flatMap(([value, icons]) => icons.split(' ').map((icon) => [icon, value] as const)),
  );
}
