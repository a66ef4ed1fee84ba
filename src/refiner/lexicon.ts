/** What a modifier says about a picture; also the order in which modifiers follow a subject. */
export const categories = ['medium', 'style', 'light', 'colour', 'composition', 'mood', 'quality'] as const;

export type Category = (typeof categories)[number];

/** Phrases that are modifiers as they stand, and heads that become one with a qualifier before them ("soft" + "lighting"). */
interface Vocabulary {
  phrases: string;
  /** Each line: `heads <- qualifiers`, separated by `|`. */
  compounds?: string;
}

/**
 * The modifiers the neighbours refiner knows: words of how a picture is made, never of what it shows. People's names
 * and web sites are left out on purpose, so neither can be taken from a neighbour. All lower case, American spelling,
 * hyphens as spaces (see `normaliseWord`).
 */
export const vocabulary: Record<Category, Vocabulary> = {
  medium: {
    phrases: `photo | photograph | photography | painting | drawing | sketch | illustration | watercolor | watercolors
      | gouache | oil on canvas | acrylic on canvas | ink wash | pen and ink | charcoal | pastels | linocut | woodcut | etching
      | engraving | stained glass | mosaic | collage | mixed media | claymation | clay render | origami | embroidery | cross stitch
      | low poly | voxel art | papercut | paper cutout | cgi | polaroid | comic strip | fresco | felt craft | cel shading | cel shaded`,
    compounds: `painting <- oil | acrylic | watercolor | gouache | digital | matte | tempera | fresco | impressionist | impressionistic
        | abstract | expressive | loose | traditional | ink | ink wash | textured | classical | detailed
      drawing <- pencil | colored pencil | charcoal | ink | pen and ink | chalk | crayon | line | pastel | technical | detailed
      sketch <- pencil | charcoal | ink | quick | loose | detailed | rough
      illustration | illustrations <- digital | watercolor | vector | flat | storybook | children's book | vintage | fantasy | editorial
        | botanical | ink | whimsical | cute | retro | minimalist | isometric | detailed | hand drawn | 3d
      photo | photograph | photography | snapshot <- studio | film | analog | product | professional | macro | street | documentary
        | black and white | vintage | dslr | raw | polaroid | 35mm | aerial | nature | wildlife | candid | cinematic | infrared
        | long exposure | high quality | high resolution | high contrast | high speed | close up | old | instant | macro | telephoto
      render | rendering <- 3d | octane | clay | isometric | blender | cgi | soft 3d
      art <- concept | digital | vector | pixel | line | clip | low poly | voxel | paper | paper cut | glass | 8 bit | 16 bit | minimalist line
      print <- woodblock | linocut | risograph | screen | letterpress | woodcut
      collage <- paper | magazine | mixed media
      ink wash <- detailed | loose | soft`,
  },
  style: {
    phrases: `impressionist | impressionism | impressionistic | expressionist | expressionism | cubist | cubism | abstract cubism
      | surreal | surrealist | surrealism | art nouveau | art deco | baroque | rococo | renaissance | gothic | romanticism | pop art
      | minimalist | minimalistic | minimal | minimalism | cyberpunk | steampunk | dieselpunk | solarpunk | vaporwave | synthwave | retro
      | retro futuristic | retrofuturism | vintage | film noir | noir | ukiyo e | anime | manga | chibi | kawaii | cartoon | comic book
      | storybook | children's book | fairy tale | fantasy | dark fantasy | sci fi | science fiction | futuristic | whimsical
      | psychedelic | bauhaus | brutalist | mid century modern | folk art | naive art | pointillism | pointillist | cottagecore
      | flat design | abstract | stylized | realistic | cinematic | painterly | dreamlike | hand drawn | hand painted | doodle`,
  },
  light: {
    phrases: `golden hour | blue hour | backlit | backlight | backlighting | rim light | god rays | sun rays | sunbeams | crepuscular rays
      | light rays | lens flare | moonlight | moonlit | candlelight | candlelit | sunlight | sunlit | daylight | chiaroscuro
      | global illumination | low key | high key | long shadows | neon | neon lights | light leaks`,
    compounds: `lighting | illumination <- soft | warm | cool | cold | natural | dramatic | cinematic | studio | volumetric | ambient | moody
        | golden | golden hour | diffused | diffuse | gentle | harsh | hard | low key | high key | neon | rim | back | side | morning | evening
        | afternoon | sunset | sunrise | window | colorful | bright | dim | dappled | atmospheric | professional | even | subtle | beautiful
        | epic | perfect | eerie | mystical | magical | ethereal | dreamy | softbox | stage | edge | top | low | realistic | candle
      light <- soft | warm | cool | cold | natural | dramatic | cinematic | studio | volumetric | ambient | golden | diffused | diffuse
        | gentle | harsh | hard | neon | rim | morning | evening | afternoon | sunset | sunrise | window | bright | dim | dappled
        | ethereal | low | side | golden hour | lamp
      glow <- soft | warm | golden | gentle | neon | ethereal | ambient
      shadows <- soft | gentle | subtle | deep | dramatic | hard | harsh | long
      sunlight | daylight <- soft | warm | bright | natural | golden | dappled | morning | evening | afternoon | harsh | filtered
      rays <- volumetric`,
  },
  colour: {
    phrases: `black and white | monochrome | monochromatic | grayscale | sepia | sepia tone | sepia toned | high contrast | low contrast | duotone
      | teal and orange | colorful | vibrant | vivid | pastel | desaturated | color graded | cinematic color grading`,
    compounds: `color | colors | palette | color palette | color scheme | tones | hues | color grading <- vibrant | vivid | muted | pastel | soft
        | warm | cool | cold | earthy | earth | saturated | desaturated | bright | bold | rich | monochrome | monochromatic | neon | limited
        | natural | harmonious | retro | vintage | faded | neutral | jewel | autumn | flat | dark | deep | subtle | sepia | gorgeous`,
  },
  composition: {
    phrases: `close up | extreme close up | macro | wide angle | ultra wide angle | low angle | high angle | bird's eye view | birds eye view
      | top down | eye level | isometric | dutch angle | rule of thirds | negative space | depth of field | bokeh | soft focus
      | tilt shift | fisheye | telephoto | panoramic | panorama | 35mm | 50mm | 85mm | 35mm film | medium format | symmetrical | centered
      | f/1.2 | f/1.4 | f/1.8 | f/2 | f/2.8 | long exposure | motion blur | vignette | film still | movie still`,
    compounds: `shot <- close up | macro | wide | wide angle | full | medium | long | low angle | high angle | overhead | top down | aerial
        | tracking | establishing
      view <- aerial | overhead | top down | isometric | panoramic | close up | wide | low angle | high angle | side
      lens <- wide angle | fisheye | telephoto | macro | 35mm | 50mm | 85mm | 24mm | prime | anamorphic
      perspective <- isometric | low angle | high angle | dynamic | forced | frontal | aerial | top down
      angle <- low | high | dynamic | wide | camera
      composition <- symmetrical | centered | dynamic | clean | balanced | minimal | minimalist | cinematic | diagonal | simple
      depth of field | dof <- shallow | deep | soft
      bokeh <- soft | creamy | smooth | beautiful
      background blur | blur <- soft | gentle`,
  },
  mood: {
    phrases: `dreamy | moody | serene | peaceful | tranquil | atmospheric | nostalgic | ethereal | cozy | eerie | playful | melancholic
      | mysterious | ominous | cheerful | romantic`,
    compounds: `atmosphere | mood | ambience | vibe | vibes | feeling <- cozy | dreamy | moody | serene | peaceful | calm | tranquil | nostalgic
        | mysterious | eerie | ominous | whimsical | playful | melancholic | romantic | epic | warm | magical | ethereal | cheerful
        | joyful | dark | gloomy | tense | mystical | surreal | relaxed | happy | festive | dramatic | fairytale`,
  },
  quality: {
    phrases: `detailed | intricate | masterpiece | award winning | 4k | 8k | 16k | uhd | hdr | hd | ultra hd | photorealistic | photo realistic
      | hyperrealistic | hyper realistic | ultra realistic | hyperrealism | photorealism | hyperdetailed | lifelike | film grain | octane
      | unreal engine | unreal engine 5 | ray tracing | ray traced | subsurface scattering | sharp focus | visible brush strokes
      | visible brushstrokes | paper texture | canvas texture | clean lines | crisp lines | bold outlines | thick outlines`,
    compounds: `detailed <- highly | very | ultra | extremely | super | hyper | insanely | incredibly | intricately | richly | finely
      detail | details <- intricate | fine | rich | crisp | sharp | extreme | high | exquisite | cinematic
      resolution | res | definition <- high | ultra high
      quality <- high | best | top | highest | premium | studio | professional
      focus <- crisp | sharp | tack sharp
      textures | texture <- realistic | fine | rich | detailed | tactile | intricate | painterly
      grain <- film | subtle film | fine
      linework | lines | outlines <- clean | crisp | bold | fine | delicate
      brushwork | brushstrokes | brush strokes <- expressive | loose | bold | soft | visible | delicate`,
  },
};

/** Modifiers that say too little to be worth adding to someone's prompt. */
export const vagueModifiers: ReadonlySet<string> = new Set(
  'detailed | realistic | hd | minimal | abstract | color | photography | drawing | painting | high contrast | low contrast | cinematic detail | high detail | doodle'.split(
    ' | ',
  ),
);
