/** Cats, dogs and other animals of the house: one prompt a line, written for this project (MIT). */
export const pets = `
a cat sleeping on a blue couch, soft window light, cozy living room, film grain, highly detailed
an orange kitten on a couch beside a lamp, warm light, shallow depth of field, cozy interior
a black cat sitting on a chair by the window at night, moonlight, moody
two kittens playing with a ball of yarn, living room, soft light, storybook illustration
a cat in a basket, plain white background, studio lighting, sharp focus
a fluffy white cat on a bed, morning light, pastel colors, dreamy
a gray cat wearing a top hat and glasses, studio portrait, oil painting
a kitten in a bathtub with bubbles, macro photo, bokeh, adorable, highly detailed
a cat reading an open book on the couch, warm light, cozy, watercolor painting
three cats on a rooftop, city at night, neon glow, cyberpunk
a ginger cat under a red umbrella in the rain, cinematic lighting
a cat and a dog on the sofa, cozy living room, soft window light, film grain
a golden retriever in a meadow of wildflowers, golden hour, shallow depth of field
a puppy with a tennis ball on green grass, bright sunny day, highly detailed
a poodle wearing a red scarf, snowy park, winter morning, soft light
a dog driving a car on a country road, poster art, flat colors
two puppies in a basket, plain pink background, pastel colors, studio lighting
a dog on a skateboard, city street, poster art, flat colors
a brown dog sleeping on a rug by the fireplace, warm light, cozy, oil painting
a white rabbit in a garden of tulips, spring morning, watercolor painting, soft washes
a rabbit in a top hat on stage, vintage photograph, sepia
a hamster eating a strawberry, macro photo, bokeh, sharp focus
a green parrot on the shoulder of a bearded man, oil painting on canvas
a goldfish in a glass bowl on a wooden table, soft light, still life
a tortoise beside a potted plant, bright room, line art, clean outlines
a mouse and a wedge of cheese on a kitchen table, storybook illustration, pastel colors
a guinea pig wearing a tiny crown, plain purple background, studio portrait
a horse in a snowy field at dawn, mist, soft light, film grain
a pony with a ribbon at a farm, sunny day, children's book illustration
a kitten under the Christmas tree with presents, warm light, cozy, highly detailed
a black and white photo of a cat on an old chair, film grain, high contrast
pixel art of an orange cat on a couch, 16 bit, retro game
a pencil drawing of a sleeping dog, cross hatching, sketchbook page
a cat astronaut in a rocket, space, stars, poster art, flat colors
a blue budgie bird on a swing, plain yellow background, line art
a cat watching tropical fish underwater, dreamy, storybook illustration
`;
