import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundledModel } from '../src/embedder/open.ts';
import { type OnnxNode, type OnnxTensor, writeOnnx } from '../test/embedder/onnx.ts';

/** The text transformer of CLIP ViT-B/32. */
const shape = { vocabulary: 49_408, positions: 77, width: 512, layers: 12, heads: 8, hidden: 2_048 };

/** A model folder with random weights of the size of CLIP ViT-B/32's text half: it embeds nothing, and takes as long. */
export async function writeRandomClip(folder: string): Promise<void> {
  await cp(bundledModel, folder, { recursive: true });
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  await writeFile(path.join(folder, 'onnx', 'text_model.onnx'), textGraph());
}

function textGraph(): Buffer {
  const { vocabulary, positions, width, layers } = shape;
  const graph = createGraph();
  graph.weight('tokens', [vocabulary, width]);
  graph.weight('positions', [positions, width]);
  graph.tensor('mask', [positions, positions], causalMask(positions));
  for (const [name, value] of Object.entries({ zero: [0], one: [1], zeros: [0, 0], axes: [0, 1] }))
    graph.integers(name, value);
  graph.integers('split', [0, 0, shape.heads, width / shape.heads]);
  graph.integers('join', [0, 0, width]);
  graph.integers('last', [-1], []);
  graph.tensor('scale', [], Float32Array.of(1 / Math.sqrt(width / shape.heads)));
  graph.tensor('gelu', [], Float32Array.of(1.702));
  graph.tensor('epsilon', [], Float32Array.of(1e-5));
  graph.tensor('two', [], Float32Array.of(2));

  graph.node('Shape', ['input_ids'], 'shape');
  graph.node('Slice', ['shape', 'one', 'two_index'], 'length');
  graph.integers('two_index', [2]);
  graph.node('Slice', ['positions', 'zero', 'length', 'zero'], 'place');
  graph.node('Gather', ['tokens', 'input_ids'], 'token');
  graph.node('Add', ['token', 'place'], 'x0');
  graph.node('Concat', ['length', 'length'], 'square', { axis: 0 });
  graph.node('Slice', ['mask', 'zeros', 'square', 'axes'], 'hidden_places');
  for (let layer = 0; layer < layers; layer++) addLayer(graph, layer);
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

type Graph = ReturnType<typeof createGraph>;

function addLayer(graph: Graph, layer: number): void {
  const { width, hidden } = shape;
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
  graph.node('Add', [at('scaled'), 'hidden_places'], at('masked'));
  graph.node('Softmax', [at('masked')], at('weights'), { axis: 3 });
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
  return {
    parts: { nodes, tensors },
    tensor,
    node,
    weight,
    integers(name: string, values: number[], dims = [values.length]) {
      const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      tensors.push({ name, type: 'int64', dims, data });
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
