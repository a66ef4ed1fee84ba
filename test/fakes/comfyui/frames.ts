/** Binary frames as ComfyUI's server.py packs them: every number is a big-endian uint32. */

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** `send_image`: event 1, then 1 for JPEG or 2 for PNG, then the picture. */
export function preview(picture: Buffer, type: 1 | 2 = 1): Buffer {
  return Buffer.concat([uint32(1), uint32(type), picture]);
}

/** `send_image_with_metadata`: event 4, the length of the JSON, the JSON, then the picture. */
export function previewWithMetadata(picture: Buffer, promptId: string): Buffer {
  const metadata = Buffer.from(JSON.stringify({ node_id: 'sampler', prompt_id: promptId, image_type: 'image/jpeg' }));
  return Buffer.concat([uint32(4), uint32(metadata.length), metadata, picture]);
}
