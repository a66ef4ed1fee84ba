/** People and what they do: one prompt a line, written for this project (MIT). */
export const people = `
portrait of an old man with a beard, dramatic light, oil painting, highly detailed
portrait of a woman with red hair, forest, soft light, shallow depth of field
portrait of a young woman with curly hair, golden hour, film grain, 35mm
black and white portrait of an old woman, high contrast, film grain
a chef with a pizza, restaurant kitchen, warm light, highly detailed
an astronaut on mars, red desert, cinematic lighting, highly detailed
an astronaut in a field of sunflowers, surreal, golden hour, film grain
a scientist in a laboratory with a microscope, cool tones, cinematic lighting
a painter with a palette in a bright studio, soft window light, oil painting
a firefighter in front of flames, dramatic light, cinematic, highly detailed
a farmer with a rooster, farm at dawn, warm light, storybook illustration
a detective in the rain, city at night, film noir, black and white
a pilot in front of an airplane, vintage photograph, sepia
a teacher with a book in a classroom, children's book illustration
a judge with a balance scale, dark room, dramatic light, oil painting
a ninja on a rooftop, full moon, night, ink sketch
a samurai with a katana, cherry blossoms, sunset, poster art, bold colors
a ballet dancer on a dark stage, dramatic light, oil painting
a woman dancing in a red dress, city street at night, neon, film grain
a singer with a microphone on stage, neon glow, concert, poster
a man playing the guitar on the beach, sunset, warm light, film grain
a violin player in a candlelit room, moody, oil painting
a surfer on a giant wave, sunny day, poster art, flat colors
a skier in the snowy mountains, bright day, vintage poster, flat colors
a man riding a bicycle in the rain, city street, impressionist
a girl with a red balloon in a snowy city, storybook illustration
a boy with a kite on a green hill, sunny day, watercolor painting
a baby with a teddy bear, soft light, pastel colors, dreamy
a king with a golden crown, dark background, renaissance painting, dramatic light
a princess in front of a castle, sunset, storybook illustration, pastel colors
a bride with a bouquet of roses, garden, soft light, film photo
a person meditating on a mountain at sunrise, calm, soft light, watercolor painting
a climber on a snowy mountain, cold light, cinematic, highly detailed
santa claus with presents in the snow, night, warm glow, vintage postcard
a superhero above the city at sunset, comic book style, bold outlines
pixel art of a construction worker, 16 bit, plain yellow background
`;
