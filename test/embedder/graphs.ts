import { type OnnxNode, writeOnnx } from './onnx.ts';

const vocabularySize = 8192;
const hidden = 16;
/** The bundled tokenizer's start and end marks are its last two tokens, in every text. */
const firstMark = vocabularySize - 2;

/** The mean of random token vectors, some a thousand times longer than others, through one dynamically quantised linear layer. */
export function batchScaledText(output: string, width: number, scale = 1): Buffer {
  return textGraph(output, width, scale, [
    { operator: 'Gather', inputs: ['table', 'input_ids'], outputs: ['tokens'] },
    { operator: 'ReduceMean', inputs: ['tokens'], outputs: ['mean'], attributes: { axes: [1], keepdims: 0 } },
  ]);
}

/** The same layer over the last token alone. */
export function lastTokenText(): Buffer {
  return textGraph('text_embeds', 512, 1, [
    { operator: 'Gather', inputs: ['table', 'input_ids'], outputs: ['tokens'] },
    { operator: 'Gather', inputs: ['tokens', 'lastPlace'], outputs: ['mean'], attributes: { axis: 1 } },
  ]);
}

function textGraph(output: string, width: number, scale: number, pooling: OnnxNode[]): Buffer {
  const random = pseudoRandom();
  const isLong = (token: number) => token % 2 === 0 && token < firstMark;
  const table = Float32Array.from(
    { length: vocabularySize * hidden },
    (_, at) => scale * random() * (isLong(Math.floor(at / hidden)) ? 1_000 : 1),
  );
  const weights = Uint8Array.from({ length: hidden * width }, () => Math.floor(128 + 127 * random()));
  return writeOnnx({
    nodes: [
      ...pooling,
      { operator: 'DynamicQuantizeLinear', inputs: ['mean'], outputs: ['q', 'scale', 'zero'] },
      { operator: 'MatMulInteger', inputs: ['q', 'weights', 'zero', 'weightsZero'], outputs: ['product'] },
      { operator: 'Cast', inputs: ['product'], outputs: ['real'], attributes: { to: 1 } },
      { operator: 'Mul', inputs: ['real', 'scale'], outputs: [output] },
    ],
    tensors: [
      { name: 'table', type: 'float', dims: [vocabularySize, hidden], data: table },
      { name: 'weights', type: 'uint8', dims: [hidden, width], data: weights },
      { name: 'weightsZero', type: 'uint8', dims: [], data: Uint8Array.of(128) },
      { name: 'lastPlace', type: 'int64', dims: [], data: new Uint8Array(8).fill(255) },
    ],
    inputs: [{ name: 'input_ids', type: 'int64', dims: ['n', 's'] }],
    outputs: [{ name: output, type: 'float', dims: ['n', width] }],
  });
}

/** -1 to 1, the same in every run. */
function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  };
}
