/** Things on tables, shelves and walls: one prompt a line, written for this project (MIT). */
export const objects = `
an old camera on a wooden table, warm light, vintage photograph, film grain
a stack of old books and a candle, candlelight, still life, oil painting
an open book with a magic wand, dark room, glowing, moody
a desk with a fountain pen and a letter, sepia, vintage
a red telephone, plain yellow background, poster art, flat colors
an acoustic guitar on a chair, soft window light, film grain
a violin and a rose, dark background, still life, dramatic light
a trumpet, plain blue background, jazz poster, bold shapes
a grand piano in an empty room, moonlight, black and white
headphones on a cat, plain purple background, neon, vaporwave
a retro television on a table, neon glow, synthwave, film grain
an old radio, kitchen table, morning light, vintage photograph
a laptop and a cup of coffee, desk, soft window light, flat design
a mechanical clock, gears, steampunk, dark, highly detailed
an hourglass on a stack of books, candlelight, still life, oil painting
a world map and a compass on a table, warm light, vintage
a telescope under a starry night sky, mountains, long exposure
a microscope, plain white background, line art, clean outlines
a red umbrella on a rainy street, city, bokeh, cinematic
a lantern in a snowy forest, night, warm glow, storybook illustration
a diamond, plain black background, studio lighting, sharp focus
a golden crown, plain red background, dramatic light, oil painting
a treasure map and gold coins, wooden table, candlelight
a chess pawn, plain grey background, black and white, high contrast
a teddy bear on a bed, soft morning light, pastel colors, storybook illustration
a puzzle piece, plain green background, flat colors, poster art
balloons in a blue sky, bright day, poster art, flat colors
a gift with a red ribbon under a Christmas tree, warm glow, cozy
a pair of red sneakers, plain white background, studio lighting
a green dress, plain background, fashion sketch, ink
sunglasses on the beach, summer, polaroid, film grain
a top hat and a magic wand, red background, vintage poster
a light bulb, plain dark blue background, neon, idea
an anchor on the sea floor, underwater, light rays, mosaic
a soccer ball on green grass, bright day, sharp focus
pixel art of a treasure chest, 16 bit, retro game sprite
`;
