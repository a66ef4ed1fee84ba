import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundledModel } from '../src/embedder/open.ts';
import { type OnnxNode, type OnnxTensor, writeOnnx } from '../test/embedder/onnx.ts';

interface Transformer {
  width: number;
  layers: number;
  heads: number;
  hidden: number;
}

/** Of CLIP ViT-B/32. */
const text = { vocabulary: 49_408, positions: 77, width: 512, layers: 12, heads: 8, hidden: 2_048 };
const vision = { side: 224, patch: 32, width: 768, layers: 12, heads: 12, hidden: 3_072 };

/** A model folder with random weights of the size of CLIP ViT-B/32's text half: it embeds nothing, and takes as long. */
export async function writeRandomClip(folder: string): Promise<void> {
  await cp(bundledModel, folder, { recursive: true });
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  await writeFile(path.join(folder, 'onnx', 'text_model.onnx'), textGraph());
}

/** The same with the picture half, which is the larger one. */
export async function writeWholeRandomClip(folder: string): Promise<void> {
  await writeRandomClip(folder);
  await writeFile(path.join(folder, 'onnx', 'vision_model.onnx'), visionGraph());
  const { side } = vision;
  await changeJson(path.join(folder, 'preprocessor_config.json'), {
    size: { shortest_edge: side },
    crop_size: { width: side, height: side },
  });
}

async function changeJson(file: string, changes: object): Promise<void> {
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...changes }));
}

function textGraph(): Buffer {
  const { vocabulary, positions, width, layers } = text;
  const graph = createGraph();
  graph.constants(text);
  graph.weight('tokens', [vocabulary, width]);
  graph.weight('positions', [positions, width]);
  graph.tensor('mask', [positions, positions], causalMask(positions));
  for (const [name, value] of Object.entries({ zero: [0], one: [1], zeros: [0, 0], axes: [0, 1] }))
    graph.integers(name, value);
  graph.integers('last', [-1], []);

  graph.node('Shape', ['input_ids'], 'shape');
  graph.node('Slice', ['shape', 'one', 'two_index'], 'length');
  graph.integers('two_index', [2]);
  graph.node('Slice', ['positions', 'zero', 'length', 'zero'], 'place');
  graph.node('Gather', ['tokens', 'input_ids'], 'token');
  graph.node('Add', ['token', 'place'], 'x0');
  graph.node('Concat', ['length', 'length'], 'square', { axis: 0 });
  graph.node('Slice', ['mask', 'zeros', 'square', 'axes'], 'hidden_places');
  for (let layer = 0; layer < layers; layer++) addLayer(graph, text, layer, 'hidden_places');
  normalise(graph, `x${layers}`, 'final');
  graph.node('Gather', ['final', 'last'], 'pooled', { axis: 1 });
  graph.weight('projection', [width, width]);
  graph.node('MatMul', ['pooled', 'projection'], 'text_embeds');
  return writeOnnx({
    ...graph.parts,
    inputs: [{ name: 'input_ids', type: 'int64', dims: ['n', 's'] }],
    outputs: [{ name: 'text_embeds', type: 'float', dims: ['n', width] }],
  });
}

/** The first patch stands for the class token, which the real one has besides. */
function visionGraph(): Buffer {
  const { side, patch, width, layers } = vision;
  const patches = (side / patch) ** 2;
  const graph = createGraph();
  graph.constants(vision);
  graph.weight('patches', [width, 3, patch, patch]);
  graph.weight('positions', [patches, width]);
  graph.integers('flat', [0, width, patches]);
  graph.integers('first', [0], []);
  graph.node('Conv', ['pixel_values', 'patches'], 'seen', { kernel_shape: [patch, patch], strides: [patch, patch] });
  graph.node('Reshape', ['seen', 'flat'], 'row');
  graph.node('Transpose', ['row'], 'token', { perm: [0, 2, 1] });
  graph.node('Add', ['token', 'positions'], 'x0');
  for (let layer = 0; layer < layers; layer++) addLayer(graph, vision, layer);
  normalise(graph, `x${layers}`, 'final');
  graph.node('Gather', ['final', 'first'], 'pooled', { axis: 1 });
  graph.weight('projection', [width, text.width]);
  graph.node('MatMul', ['pooled', 'projection'], 'image_embeds');
  return writeOnnx({
    ...graph.parts,
    inputs: [{ name: 'pixel_values', type: 'float', dims: ['n', 3, side, side] }],
    outputs: [{ name: 'image_embeds', type: 'float', dims: ['n', text.width] }],
  });
}

type Graph = ReturnType<typeof createGraph>;

/** `mask` is added to what attends to what. */
function addLayer(graph: Graph, { width, hidden }: Transformer, layer: number, mask?: string): void {
  const at = (name: string) => `${name}${layer}`;
  normalise(graph, at('x'), at('n'));
  for (const part of ['q', 'k', 'v']) {
    graph.linear(at('n'), at(part), [width, width]);
    graph.node('Reshape', [at(part), 'split'], at(`${part}heads`));
    const perm = part === 'k' ? [0, 2, 3, 1] : [0, 2, 1, 3];
    graph.node('Transpose', [at(`${part}heads`)], at(`${part}t`), { perm });
  }
  graph.node('MatMul', [at('qt'), at('kt')], at('raw'));
  graph.node('Mul', [at('raw'), 'scale'], at('scaled'));
  if (mask) graph.node('Add', [at('scaled'), mask], at('masked'));
  graph.node('Softmax', [at(mask ? 'masked' : 'scaled')], at('weights'), { axis: 3 });
  graph.node('MatMul', [at('weights'), at('vt')], at('mixed'));
  graph.node('Transpose', [at('mixed')], at('back'), { perm: [0, 2, 1, 3] });
  graph.node('Reshape', [at('back'), 'join'], at('joined'));
  graph.linear(at('joined'), at('attended'), [width, width]);
  graph.node('Add', [at('x'), at('attended')], at('y'));
  normalise(graph, at('y'), at('m'));
  graph.linear(at('m'), at('up'), [width, hidden]);
  graph.node('Mul', [at('up'), 'gelu'], at('steep'));
  graph.node('Sigmoid', [at('steep')], at('gate'));
  graph.node('Mul', [at('up'), at('gate')], at('active'));
  graph.linear(at('active'), at('down'), [hidden, width]);
  graph.node('Add', [at('y'), at('down')], `x${layer + 1}`);
}

/** Layer normalisation, which opset 11 has only in its pieces. */
function normalise(graph: Graph, input: string, output: string): void {
  const at = (name: string) => `${output}_${name}`;
  graph.node('ReduceMean', [input], at('mean'), { axes: [-1] });
  graph.node('Sub', [input, at('mean')], at('centred'));
  graph.node('Pow', [at('centred'), 'two'], at('squares'));
  graph.node('ReduceMean', [at('squares')], at('variance'), { axes: [-1] });
  graph.node('Add', [at('variance'), 'epsilon'], at('positive'));
  graph.node('Sqrt', [at('positive')], at('deviation'));
  graph.node('Div', [at('centred'), at('deviation')], output);
}

function createGraph() {
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return ((2 * state) / 2_147_483_647 - 1) / 20;
  };
  const tensor = (name: string, dims: number[], data: Float32Array) =>
    void tensors.push({ name, type: 'float', dims, data });
  const node = (operator: string, inputs: string[], output: string, attributes: OnnxNode['attributes'] = {}) =>
    void nodes.push({ operator, inputs, outputs: [output], attributes });
  const weight = (name: string, dims: number[]) =>
    tensor(name, dims, Float32Array.from({ length: dims.reduce((product, size) => product * size) }, random));
  const integers = (name: string, values: number[], dims = [values.length]) => {
    const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    tensors.push({ name, type: 'int64', dims, data });
  };
  return {
    parts: { nodes, tensors },
    tensor,
    node,
    weight,
    integers,
    /** What the layers refer to. */
    constants({ width, heads }: Transformer) {
      integers('split', [0, 0, heads, width / heads]);
      integers('join', [0, 0, width]);
      const numbers = { scale: 1 / Math.sqrt(width / heads), gelu: 1.702, epsilon: 1e-5, two: 2 };
      for (const [name, value] of Object.entries(numbers)) tensor(name, [], Float32Array.of(value));
    },
    linear(input: string, output: string, dims: number[]) {
      weight(`${output}_weights`, dims);
      node('MatMul', [input, `${output}_weights`], output);
    },
  };
}

function causalMask(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, at) => (at % size > Math.floor(at / size) ? -1e9 : 0));
}
