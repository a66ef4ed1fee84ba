import type { ColourName } from './colour.ts';

/** The words of a prompt that are not subjects: places, times, weather, treatments, colours, sizes, numbers, relations. Phrases are separated by `|`. */

export const places = {
  sky: 'sky|blue sky|clear sky|mid air|the air|heavens|skies',
  clouds: 'clouds|above the clouds|cloudscape|cloudy sky|sea of clouds|among clouds',
  space:
    'space|outer space|galaxy|cosmos|universe|nebula|starfield|milky way|deep space|interstellar|cosmic|orbit|astral|stellar',
  meadow:
    'meadow|field|grass|grassland|lawn|pasture|prairie|park|hill|hills|hillside|valley|farm|countryside|garden|flower field|field of flowers|wildflowers|lavender field|wheat field|vineyard|orchard|savanna|savannah|plains|picnic|landscape|backyard|greenery|nature|playground',
  desert: 'desert|dunes|dune|sand dunes|sahara|canyon|mars|wasteland|oasis|wild west',
  snow: 'snow|snowy|snowfall|snowing|winter|wintry|ice field|arctic|antarctic|tundra|frozen|blizzard|snowscape|glacier|north pole|frosty|frost|ski slope|christmas eve',
  beach: 'beach|seaside|shore|seashore|coast|coastline|sandy beach|tropical island|bay|lagoon',
  sea: 'sea|ocean|open sea|waves|river|lake|pond|harbour|harbor|water|high seas|marina|pier|fjord',
  mountains:
    'mountains|mountain|snowy mountains|snowy mountain|snow capped mountains|alps|peaks|mountain range|himalayas|highlands|cliff|cliffs|summit|mountain top|ridge|alpine',
  forest: 'forest|woods|woodland|jungle|rainforest|grove|pine forest|enchanted forest|swamp|bamboo forest|thicket',
  city: 'city|skyline|cityscape|downtown|town|metropolis|urban|skyscrapers|street market|rooftop|rooftops|new york|tokyo|london|paris|neon city|cyberpunk city|harbour front|market|festival|dystopian city',
  road: 'road|street|highway|motorway|racetrack|race track|asphalt|driveway|alley|crosswalk|parking lot|country road|avenue|pavement|sidewalk|drive way',
  room: 'room|window|windows|window seat|living room|bedroom|indoors|indoor|interior|inside a room|kitchen|studio|library|classroom|cafe|office|restaurant|bakery|cosy room|cozy room|attic|home|hallway|workshop|bookshop|bar|laboratory|stage|gym|windowsill|window sill|fireplace|floor|rug|carpet|nursery|museum|theatre|theater|diner|tavern|castle hall|palace',
  table: 'table|wooden table|desk|tabletop|kitchen table|counter|cutting board|tablecloth|shelf|plate|marble counter',
  underwater:
    'underwater|under water|under the sea|under the ocean|coral reef|reef|seabed|sea floor|ocean floor|deep sea|submerged|aquarium|below the surface|deep ocean|beneath the waves|under the waves|kelp forest|deep blue sea',
  fire: 'fire|flames|on fire|in flames|burning|inferno|blaze|blazing|lava|hell|embers|ember|volcanic',
  rainbow: 'rainbow|under a rainbow|rainbows|rainbow sky',
  stripes: 'stripes|striped background|striped|stripe pattern',
  plain:
    'plain background|background|simple background|solid background|backdrop|solid colour|solid color|studio background|flat background|clean background|isolated|seamless background|gradient background|dark background|black background|studio backdrop',
} as const;

export type Place = keyof typeof places;

export const times = {
  day: 'day|daylight|daytime|noon|midday|sunny|sunny day|bright day|afternoon|sunlight|sunlit|sunshine|bright sunlight|summer day|summer|spring|blue hour noon|sun drenched',
  dawn: 'dawn|sunrise|daybreak|early morning|morning|first light|morning light|morning sun|misty morning',
  sunset: 'sunset|dusk|golden hour|evening|twilight|setting sun|sundown|golden light|late afternoon|autumn evening',
  night:
    'night|midnight|nighttime|starry night|starry sky|night sky|moonlight|moonlit|starlight|starlit|nocturnal|at night|late night|blue hour|stars|under the stars|moonlit night|northern lights|aurora|aurora borealis',
} as const;

export type Time = keyof typeof times;

export const weathers = {
  rain: 'rain|rainy|raining|rainfall|drizzle|downpour|rainy day|rainy night|puddles|monsoon|rain soaked|rain slick',
  storm:
    'lightning|lightning bolt|bolt of lightning|storm|stormy|stormy sky|thunderstorm|lightning storm|tempest|thunder',
  snowfall: 'snowflakes|falling snow|snowstorm',
  fog: 'fog|foggy|mist|misty|haze|hazy|foggy morning|smoky',
  cloudy: 'cloudy|overcast|cloudy day',
} as const;

export type Weather = keyof typeof weathers;

export const treatments = {
  'black and white':
    'black and white|black white|monochrome|grayscale|greyscale|black and white photo|black and white photography|noir|film noir|b w|bw|monochromatic',
  sepia:
    'sepia|vintage photo|vintage photograph|vintage|old photo|old photograph|retro photo|antique photo|daguerreotype|1920s|faded photo|sepia tone|retro|nostalgic',
  'pixel art':
    'pixel art|pixelart|8 bit|16 bit|8bit|16bit|pixelated|pixels|pixel|retro game|video game sprite|sprite|minecraft|voxel',
  watercolor:
    'watercolor|watercolour|watercolor painting|watercolour painting|watercolors|watercolours|aquarelle|soft washes|wet on wet|gouache|ink wash',
  'oil painting':
    'oil painting|oil on canvas|oil paint|oil paints|impasto|impressionist|impressionism|painterly|brush strokes|brushstrokes|thick brush strokes|van gogh|acrylic|acrylic painting|renaissance painting|baroque|palette knife|classical painting',
  'line art':
    'line art|lineart|line drawing|ink sketch|ink drawing|pen and ink|outline|outlines|coloring page|colouring page|lineart drawing|inked|ink|etching|engraving|woodcut|linocut|clean lines|thin lines|ink lines|single line',
  pencil:
    'pencil|pencil drawing|pencil sketch|graphite|graphite drawing|charcoal|charcoal drawing|sketch|sketched|hand drawn|hatching|cross hatching|crosshatching|drawing|doodle|sketchbook',
  'film grain':
    'film grain|grainy|35mm|35mm film|analog photo|analogue photo|polaroid|kodak|kodachrome|film photo|film photography|film still|grain|noisy|analog film|fujifilm|disposable camera',
  neon: 'neon|neon lights|neon glow|cyberpunk|synthwave|vaporwave|glowing neon|blacklight|retrowave|neon colors|neon colours|neon sign|tron|outrun|bioluminescent|bioluminescence|glowing edges|neon light',
  blur: 'blur|blurred|blurry|motion blur|soft focus|out of focus|dreamy|dreamlike|hazy focus|gaussian blur|ethereal|soft dreamy',
  bokeh:
    'bokeh|depth of field|shallow depth of field|blurred background|blurry background|macro|macro photo|macro photography|macro shot|close up|closeup|portrait photo|portrait photography|tilt shift|dof|f 1 8|f 1 4|f1 8|85mm',
  poster:
    'poster|pop art|poster art|travel poster|screen print|screenprint|silkscreen|posterized|flat colors|flat colours|flat design|flat illustration|warhol|comic|comic book|comic style|comic book style|cel shaded|cel shading|vector art|graphic novel|art deco|propaganda poster|risograph',
  pastel:
    'pastel|pastel colors|pastel colours|pastel palette|pastels|soft colors|soft colours|soft pastel|soft pastels|kawaii|muted colors|muted colours|faded|washed out',
  dark: 'dark|moody|low key|gloomy|dramatic lighting|dramatic light|dark fantasy|gothic|ominous|chiaroscuro|eerie|candlelight|candlelit|mysterious|dim light|shadowy|spooky',
  warm: 'warm|warm light|warm colors|warm colours|warm tones|cosy|cozy|warm glow|cosy light|cozy light|autumn|autumn colors|autumn colours|fall colors',
  cool: 'cool tones|cool colors|cool colours|cold light|icy|cold tones|blue tones',
  cinematic: 'cinematic|cinematic lighting|cinematic light|teal and orange|movie still|film scene|anamorphic',
  vivid:
    'vivid colors|vivid colours|vivid|vibrant|vibrant colors|vibrant colours|high contrast|bright colors|bright colours|colorful|colourful|saturated|bold colours|bold colors|cartoon|disney style|pixar style',
  mosaic: 'mosaic|stained glass|tiles|tiled|low poly|geometric|tessellation|cubist|cubism|pointillism|polygonal|lego',
} as const;

export type Treatment = keyof typeof treatments;

export const colours = {
  red: 'red|crimson|scarlet|ruby|maroon|burgundy|vermilion',
  orange: 'orange|amber|ginger|copper|tangerine coloured|apricot',
  yellow: 'yellow|lemon yellow|mustard',
  green: 'green|emerald|lime green|olive green|mint|jade|mint green|forest green',
  teal: 'teal|turquoise|cyan|aqua|aquamarine',
  blue: 'blue|navy|azure|cobalt|sapphire|indigo|sky blue|light blue|dark blue|deep blue',
  purple: 'purple|violet|lavender|magenta|lilac|mauve|plum',
  pink: 'pink|rose pink|hot pink|salmon pink|fuchsia|peachy|coral pink',
  brown: 'brown|tan|chocolate brown|bronze|beige',
  black: 'black|jet black|ebony|obsidian|dark background|black background',
  grey: 'grey|gray|charcoal grey|ash grey',
  white: 'white|ivory|snow white|cream coloured|cream colored|pure white',
  gold: 'gold|golden|gilded',
  silver: 'silver|chrome|silvery|metallic',
} as const satisfies Record<ColourName, string>;

export const sizes = {
  tiny: 'tiny|miniature|minuscule|teeny|micro',
  small: 'small|little|mini|baby sized|short',
  big: 'big|large|tall|grand|oversized',
  giant: 'giant|huge|enormous|gigantic|massive|colossal|towering|monumental|immense',
} as const;

export type Size = keyof typeof sizes;

export const counts: Readonly<Record<string, string>> = {
  '1': 'one|a single|single|lone|a lone|solitary',
  '2': 'two|pair of|a pair of|couple of|a couple of|both|twin',
  '3': 'three|trio of|a trio of|few|a few',
  '4': 'four|several|some|family of|a family of|pod of|a pod of|litter of|a litter of',
  '5': 'five',
  '6': 'six|half a dozen|group of|a group of|bunch of|a bunch of|pack of|a pack of',
  '7': 'seven|many|lots of|a lot of',
  '8': 'eight|flock of|a flock of|herd of|a herd of|school of|a school of|row of',
  '9': 'nine',
  '10': 'ten|crowd of|a crowd of|swarm of|a swarm of|colony of',
  '11': 'eleven',
  '12': 'twelve|dozen|a dozen|dozens of|hundreds of|thousands of|countless',
};

export const relations = {
  on: 'on|on top of|atop|onto|upon|sitting on|sleeping on|standing on|lying on|perched on|resting on|balancing on|balanced on|floating on|topped with',
  riding: 'riding|riding on|rides|driving|mounted on|astride|drives|piloting',
  in: 'in|inside|inside of|within|into',
  under: 'under|beneath|below|underneath|sheltered by',
  above:
    'above|over|flying over|floating above|hovering over|jumping over|soaring over|floating over|rising over|flying above|leaping over',
  behind: 'behind|in back of|at the back of',
  front: 'in front of|before|ahead of',
  beside:
    'next to|beside|by|near|alongside|close to|together with|along with|meeting|chasing|facing|playing with|hugging|watching',
  left: 'left of|to the left of|on the left of|on the left side of',
  right: 'right of|to the right of|on the right of|on the right side of',
  with: 'with|holding|carrying|eating|using|having|drinking|reading|playing|accompanied by',
  wearing: 'wearing|wears|dressed in|with a hat|in a hat of',
} as const;

export type RelationWord = keyof typeof relations;

export const negations = 'no|without|not|minus|excluding|free of|never|nor|none|sans|devoid of|absence of';

/** Phrases that would otherwise be read as something to draw. */
export const ignored =
  'highly detailed|childrens book|childrens book illustration|picture book|storybook|storybook illustration|window light|soft window light|light through the window|beard|with a beard|detailed eyes|big eyes|blue eyes|green eyes|beautiful eyes|eye contact|eye level|bird eye view|birds eye view|fish eye|fisheye|hair light|rim light|ring light|studio light|studio lighting|soft light|soft lighting|natural light|light rays|rays of light|volumetric light|volumetric lighting|god rays|light and shadow|backlight|backlit|work of art|concept art|digital art|art by|trending on artstation|key visual|key light|rule of thirds|golden ratio|high resolution|high quality|best quality|award winning|national geographic|wide shot|full body shot|medium shot|shot on|long shot|film camera|camera angle|on camera|canvas|masterpiece|octane render|unreal engine|sharp focus|full of life|light bokeh|city lights|fairy tale|fairytale|warm up|point of view|the right|the left|made of|hand painted|face to face|in love|in line|at rest|rock and roll|double exposure|long exposure|paper texture|film|glass reflection|ink splashes|ball of light|color pencil texture|heart shaped|star shaped|light trails|light leaks|soft shadow|still life|life|head|hands|face|eyes|eye|hair|tail|fur|wings|art|photo|photograph|picture|image|painting|illustration|portrait|style|scene|view|detail|details|light|lights|shadow|shadows|reflection|reflections|texture|smile|mood|atmosphere|composition|quality|render|lens|focus|angle|shot|world|wind|time|season|story|dream|dreams|magic|music|game|play|sleep|fun|peace|power|energy';
