/**
 * What two parts of one prompt must agree on. A facet's value lists the phrases that claim it; a phrase under several
 * values leaves the choice open between them. Two phrases contradict each other when they share a facet and no value.
 */
const table: Record<string, Record<string, string>> = {
  technique: {
    photo: `photo | photos | photograph | photographs | photography | photographed | snapshot | selfie | dslr | 35mm | 50mm | 85mm | 24mm
      | bokeh | polaroid | film grain | photorealistic | photo realistic | photorealism | hyperrealistic | hyper realistic
      | ultra realistic | hyperrealism | lifelike | realistic | telephoto | fisheye | long exposure | lens flare | light leaks | motion blur | depth of field
      | tilt shift | 4k | 8k | 16k | uhd | hdr | hd | film still | medium format | f/1.2 | f/1.4 | f/1.8 | f/2 | f/2.8
      | studio lighting | softbox | cinematic | anamorphic | blur | macro | high resolution | sharp focus | crisp focus | realistic texture`,
    painting: `painting | painterly | watercolor | watercolors | gouache | acrylic | fresco | tempera | oil on canvas
      | brush strokes | brushstrokes | brushwork | canvas texture | impressionist | impressionistic | impressionism | pointillism
      | pointillist | paper texture | expressionist | expressionism | hyperrealism | baroque | rococo | renaissance | ukiyo e
      | cubist | cubism | abstract cubism | hand painted | high resolution | chiaroscuro`,
    drawing: `drawing | sketch | charcoal | ink wash | line art | pen and ink | hand drawn | doodle
      | engraving | etching | woodcut | linocut | paper texture | clean lines | crisp lines | bold outlines | thick outlines | linework | lines
      | outlines | pastels | ukiyo e | fine lines | manga | comic book`,
    digital: `illustration | illustrations | concept art | digital art | digital painting | matte painting | painterly | 4k | 8k | 16k | uhd | hd
      | comic book | sharp focus | depth of field | octane | unreal engine | cinematic | bold outlines | clean lines | crisp lines | brush strokes
      | brushstrokes | brushwork | lens flare | storybook | children's book | hand drawn | hand painted | hdr | high resolution | anime
      | crisp focus | cartoon`,
    render: `render | rendering | rendered | 3d | octane | unreal engine | ray tracing | ray traced | cgi | claymation | clay render
      | subsurface scattering | photorealistic | photo realistic | photorealism | hyperrealistic | hyper realistic | ultra realistic | lifelike
      | realistic | depth of field | 4k | 8k | 16k | uhd | hdr | hd | low poly | voxel | studio lighting | softbox | tilt shift | global illumination | cinematic
      | lens flare | bokeh | macro | blur | cel shading | cel shaded | high resolution | sharp focus | crisp focus | realistic texture | chibi`,
    pixel: 'pixel art | pixel | pixelated | 8 bit | 16 bit',
    flat: `vector | flat design | clip art | flat illustration | flat colors | sticker | stickers | logo | clean lines | crisp lines | bold outlines | icon
      | thick outlines | outlines | flat color | papercut | cartoon`,
    anime:
      'anime | manga | cel shading | cel shaded | chibi | bold outlines | outlines | clean lines | linework | depth of field',
    craft: `origami | embroidery | cross stitch | felt craft | stained glass | mosaic | collage | paper cutout | papercut | paper cut | knitted | crochet
      | studio lighting | macro | depth of field`,
  },
  time: {
    night: `night | nighttime | midnight | moonlight | moonlit | moon | starry | stars | milky way | nocturnal | neon lights | candlelight | candlelit`,
    day: 'day | daytime | noon | midday | afternoon | daylight | sunny | sunlight | sunlit | sun rays | sunbeams | dappled | god rays | blue sky',
    golden: `sunset | sunrise | dawn | dusk | golden hour | blue hour | twilight | evening | god rays | sun rays | sunbeams | sunlight | candlelight
      | candlelit | sunlit | golden light | golden lighting | golden glow | golden sunlight | crepuscular rays | long shadows | neon lights`,
    morning:
      'morning | sunrise | dawn | sunlight | sun rays | sunbeams | god rays | daylight | sunlit | dappled | long shadows | golden light',
  },
  weather: {
    overcast:
      'rain | rainy | raining | storm | stormy | overcast | fog | foggy | mist | misty | cloudy | blizzard | snowstorm | snowing | thunderstorm | downpour',
    clear: 'sunny | sunlight | sunlit | golden hour | blue sky | daylight | sun rays | sunbeams | dappled | starry',
  },
  place: {
    indoors: 'studio | softbox | studio lighting',
    outdoors: `forest | street | beach | mountain | mountains | sea | ocean | desert | city | field | meadow | garden | golden hour | blue hour
      | aerial | space | planet | underwater | lake | river | jungle | skyline | sky`,
  },
  colourfulness: {
    monochrome:
      'black and white | monochrome | monochromatic | grayscale | noir | film noir | charcoal | sepia | sepia toned | duotone | pencil',
    muted:
      'muted | desaturated | pastel | faded | neutral | earthy | earth | low contrast | subtle colors | soft colors | red | blue | green | yellow | orange | purple | pink | turquoise | teal | violet',
    vivid: `vibrant | vivid | colorful | saturated | neon | rainbow | bold colors | bright colors | rich colors | gorgeous colors | pop art
      | psychedelic | vaporwave | synthwave | colored pencil | teal and orange | jewel | red | blue | green | yellow | orange | purple | pink
      | turquoise | teal | violet`,
  },
  temperature: {
    warm: 'warm | golden light | golden glow | golden hour | autumn | sunset | sepia | lamp | candle | candlelight | cozy',
    cool: 'cool | cold | icy | blue hour | moonlight | frozen',
  },
  brightness: {
    dark: 'dark | darkness | gloomy | noir | dim | low key | ominous | deep shadows | shadowy',
    bright: 'bright | high key | airy | cheerful | sunny',
  },
  hardness: { soft: 'soft | diffused | diffuse | gentle | hazy | dreamy', hard: 'harsh | hard | high contrast' },
  focus: {
    soft: 'soft focus | blurry | blurred',
    sharp: 'sharp focus | crisp focus | tack sharp | sharp details | crisp details',
  },
  detail: {
    plain:
      'minimalist | minimalistic | minimal | minimalism | flat design | simple | loose | quick | rough | doodle | clip art | line art',
    rich: 'detailed | intricate | ornate | elaborate | details | detail | hyperdetailed | baroque | rococo',
  },
  feeling: {
    calm: 'serene | peaceful | calm | tranquil | cozy | relaxed | sleeping | sleepy | gentle | quiet | asleep',
    tense:
      'dramatic | epic | ominous | eerie | scary | horror | tense | gloomy | creepy | spooky | sinister | explosive | battle',
    merry: 'cheerful | playful | joyful | happy | cute | festive | whimsical | kawaii | funny | adorable',
  },
  distance: {
    close: 'close up | macro',
    far: 'wide shot | wide angle | panoramic | panorama | aerial | establishing | long shot',
  },
  angle: {
    low: 'low angle | from below | worm',
    high: "high angle | top down | bird's eye | birds eye | aerial | overhead | from above",
    level: 'eye level | frontal',
    isometric: 'isometric',
    tilted: 'dutch angle',
  },
  depth: {
    shallow: 'shallow | bokeh | blurred background | blurry background | tilt shift | macro | f/1.2 | f/1.4 | f/1.8',
    deep: 'deep depth | deep focus',
  },
  era: {
    past: 'vintage | retro | victorian | medieval | ancient | sepia | art deco | art nouveau | baroque | rococo | renaissance | steampunk',
    future: 'futuristic | cyberpunk | sci fi | science fiction | modern | spaceship | synthwave',
  },
};

/** Which values of which facets a text claims. */
export type Claims = ReadonlyMap<string, ReadonlySet<string>>;

/** Facets and values by phrase, and the longest phrase in words. */
const claimsByPhrase = new Map<string, [facet: string, value: string][]>();
for (const [facet, values] of Object.entries(table)) {
  for (const [value, phrases] of Object.entries(values)) {
    for (const phrase of phrases.split('|')) {
      const key = phrase.trim().replace(/\s+/g, ' ');
      claimsByPhrase.set(key, [...(claimsByPhrase.get(key) ?? []), [facet, value]]);
    }
  }
}

const firstWords = new Set([...claimsByPhrase.keys()].map((phrase) => phrase.split(' ')[0] ?? ''));
const longestPhrase = Math.max(...[...claimsByPhrase.keys()].map((phrase) => phrase.split(' ').length));

/** What a run of normalised words claims. Contradicting claims of one text are all kept: its author may mix on purpose. */
export function claimsOf(words: readonly string[]): Claims {
  let claims: Claims = new Map();
  let at = 0;
  while (at < words.length) {
    const found = claimAt(words, at);
    if (found) claims = merge(claims, found.claims);
    at += found?.length ?? 1;
  }
  return claims;
}

function claimAt(words: readonly string[], at: number): { claims: Claims; length: number } | undefined {
  if (!firstWords.has(words[at] ?? '')) return undefined;
  for (let length = Math.min(longestPhrase, words.length - at); length > 0; length -= 1) {
    const entries = claimsByPhrase.get(words.slice(at, at + length).join(' '));
    if (!entries) continue;
    const claims = new Map<string, Set<string>>();
    for (const [facet, value] of entries) claims.set(facet, (claims.get(facet) ?? new Set()).add(value));
    return { claims, length };
  }
  return undefined;
}

/** True when some facet has claims on both sides and no value in common. */
export function contradict(one: Claims, other: Claims): boolean {
  for (const [facet, values] of one) {
    const others = other.get(facet);
    if (others && ![...others].some((value) => values.has(value))) return true;
  }
  return false;
}

/** Both sets of claims as one: what they agree on, or all of it where they agree on nothing. */
export function merge(one: Claims, other: Claims): Claims {
  const merged = new Map(one);
  for (const [facet, values] of other) {
    const known = one.get(facet) ?? values;
    const shared = new Set([...known].filter((value) => values.has(value)));
    merged.set(facet, shared.size > 0 ? shared : new Set([...known, ...values]));
  }
  return merged;
}
