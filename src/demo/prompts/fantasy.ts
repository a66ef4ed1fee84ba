/** Dragons, wizards, robots and space: one prompt a line, written for this project (MIT). */
export const fantasy = `
a green dragon over a castle, stormy sky, lightning, epic fantasy, highly detailed
a tiny dragon on a stack of books, candlelight, cozy, oil painting
a red dragon on a mountain of gold coins, fire, dramatic light, concept art
a wizard with a crystal ball, dark room, candlelight, moody, oil painting
an old wizard with a magic wand in a snowy forest, night, glowing, highly detailed
a witch with a black cat, full moon, spooky forest, storybook illustration
a fairy on a mushroom, enchanted forest, soft glow, dreamy, watercolor painting
an elf in an enchanted forest, morning mist, soft light, concept art
a mermaid under the sea, coral reef, sunlight, watercolor painting
a mermaid on a rock at night, moonlight, calm ocean, oil painting
a unicorn in a meadow under a rainbow, pastel colors, kawaii
a unicorn in a dark forest, moonlight, bioluminescent, neon glow
a phoenix rising from the flames, fire, dramatic light, highly detailed
a vampire in front of a gothic castle, full moon, dark, eerie
a zombie in a foggy graveyard, night, horror, film grain
a ghost in an abandoned house, night, eerie, black and white
a friendly ghost with a pumpkin, halloween night, storybook illustration
a genie from a golden lamp, desert night, stars, poster art
a troll under a bridge, misty, storybook illustration, ink sketch
a giant robot in a city, sunset, cinematic lighting, concept art
a small robot with a flower in a wasteland, golden hour, film grain
a robot playing the piano, dark stage, neon glow, cyberpunk
a robot and a cat on a sofa, cozy room, warm light, storybook illustration
two robots in love, plain pink background, pop art, red heart
an alien in a diner drinking a milkshake, retro, vintage photograph
a green alien in space, stars, planets, pixel art, 8 bit
a t-rex in a jungle, volcano, dramatic light, highly detailed
a t-rex wearing a party hat with balloons, pastel colors, children's book illustration
a long necked dinosaur in a misty valley, sunrise, watercolor painting
a woolly mammoth in a blizzard, snow, cold light, oil painting
a treasure chest on the sea floor, underwater, light rays, highly detailed
a magic potion on a wooden table, glowing, dark, moody
a crown and a sword on a red velvet background, still life, dramatic light
a saturn like planet with rings, deep space, nebula, purple and blue
a moai statue on a beach at night, stars, long exposure
an octopus wearing a crown, plain teal background, engraving, ink
`;
