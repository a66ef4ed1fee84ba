/** As much of the ONNX file format (onnx.proto3) as a graph of a few nodes needs. */

const elementTypes = { float: 1, uint8: 2, int64: 7 };

export interface OnnxNode {
  operator: string;
  inputs: string[];
  outputs: string[];
  /** Integers, or lists of them. */
  attributes?: Record<string, number | number[]>;
}

export interface OnnxTensor {
  name: string;
  type: keyof typeof elementTypes;
  dims: number[];
  data: Float32Array | Uint8Array;
}

export interface OnnxValue {
  name: string;
  type: keyof typeof elementTypes;
  /** A name in place of a number is a size that is known only when the graph runs. */
  dims: (number | string)[];
}

/** An ONNX file, opset 11. */
export function writeOnnx(graph: {
  nodes: OnnxNode[];
  tensors: OnnxTensor[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
}): Buffer {
  const body = Buffer.concat([
    ...graph.nodes.map((node) => bytes(1, writeNode(node))),
    bytes(2, 'graph'),
    ...graph.tensors.map((tensor) => bytes(5, writeTensor(tensor))),
    ...graph.inputs.map((value) => bytes(11, writeValue(value))),
    ...graph.outputs.map((value) => bytes(12, writeValue(value))),
  ]);
  return Buffer.concat([integer(1, 7), bytes(7, body), bytes(8, Buffer.concat([bytes(1, ''), integer(2, 11)]))]);
}

function writeNode({ operator, inputs, outputs, attributes = {} }: OnnxNode): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, writeAttribute(name, value))),
  ]);
}

function writeAttribute(name: string, value: number | number[]): Buffer {
  const values = Array.isArray(value) ? value.map((one) => integer(8, one)) : [integer(3, value)];
  return Buffer.concat([bytes(1, name), ...values, integer(20, Array.isArray(value) ? 7 : 2)]);
}

function writeTensor({ name, type, dims, data }: OnnxTensor): Buffer {
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([
    ...dims.map((size) => integer(1, size)),
    integer(2, elementTypes[type]),
    bytes(8, name),
    bytes(9, raw),
  ]);
}

function writeValue({ name, type, dims }: OnnxValue): Buffer {
  const shape = dims.map((size) => bytes(1, typeof size === 'number' ? integer(1, size) : bytes(2, size)));
  const tensorType = Buffer.concat([integer(1, elementTypes[type]), bytes(2, Buffer.concat(shape))]);
  return Buffer.concat([bytes(1, name), bytes(2, bytes(1, tensorType))]);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function bytes(field: number, content: Buffer | string): Buffer {
  const body = Buffer.from(content);
  return Buffer.concat([varint((field << 3) | 2), varint(body.length), body]);
}

function varint(value: number): Buffer {
  // A negative number is the 64 bits of its two's complement.
  if (value < 0)
    return Buffer.concat([
      ...Array.from({ length: 9 }, (_, at) =>
        Buffer.from([Number((BigInt.asUintN(64, BigInt(value)) >> BigInt(7 * at)) & 127n) | 128]),
      ),
      Buffer.from([1]),
    ]);
  return value < 128
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value % 128) + 128]), varint(Math.floor(value / 128))]);
}
