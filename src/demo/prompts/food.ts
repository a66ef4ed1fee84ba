/** Food and drink: one prompt a line, written for this project (MIT). */
export const food = `
a steaming bowl of ramen noodles on a wooden table, warm light, shallow depth of field
a cheeseburger with french fries, plain yellow background, studio lighting, sharp focus
a slice of pizza, pop art, halftone poster
a stack of pancakes with butter, breakfast table, morning light, highly detailed
a cup of coffee and a croissant, cafe table, soft window light, film grain
a cup of coffee beside an open book, cozy cafe, warm light, bokeh
sushi on a plate, dark background, moody, dramatic light, sharp focus
a strawberry cupcake, plain pink background, pastel colors, studio lighting
a birthday cake with candles, party, warm glow, highly detailed
an ice cream cone on the beach, sunny day, flat colors, poster art
three doughnuts, plain pink background, poster art, flat colors
a watermelon slice, summer day, bright colors, watercolor painting
a bowl of apples, bananas and grapes, still life, oil painting, dramatic light
a pineapple wearing sunglasses, plain yellow background, poster art, flat colors
two lemons on a blue table, still life, watercolor painting, soft washes
a red apple on an old book, still life, oil painting, dark background
a bunch of grapes and a wine glass, still life, renaissance painting, candlelight
cherries, macro photo, bokeh, sharp focus, studio lighting
an avocado, plain green background, line art, clean outlines
a carrot and a broccoli, vegetable garden, storybook illustration, pastel colors
a pumpkin pie on a wooden table, autumn, warm light, cozy
a hot dog with mustard, retro diner, vintage photograph
a taco and a hot pepper, plain orange background, poster art, flat colors
a bento box with rice balls, picnic under cherry blossoms, spring, pastel colors
dumplings on a bamboo plate, steam, restaurant, warm light, film grain
a teapot and a cup of tea, rainy window, cozy room, soft light
a glass of milk and a cookie, kitchen table, children's book illustration
bubble tea, plain purple background, kawaii, pastel colors
a cocktail on a tropical beach, sunset, golden hour, poster art
two beer mugs on a table, oktoberfest, warm light, highly detailed
a honey pot and a bee, sunny meadow, storybook illustration
a loaf of bread and cheese, rustic kitchen, soft window light, oil painting
a box of popcorn at the movies, red background, neon, retro
a giant lollipop in a candy colored sky, surreal, dreamy, pastel colors
pixel art of a burger, 8 bit, retro game sprite, plain blue background
a pencil drawing of a mushroom, botanical, cross hatching
`;
