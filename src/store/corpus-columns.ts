import type { Column } from './row-binary.ts';
import { vectorColumns } from './schema.ts';
import type { CorpusImage, CorpusRow } from './store.ts';

const shared: readonly Column<Pick<CorpusRow, 'id' | 'prompt' | 'url'>>[] = [
  { name: 'id', type: 'String', cell: ({ id }) => id },
  { name: 'prompt', type: 'String', cell: ({ prompt }) => prompt },
  { name: 'url', type: 'String', cell: ({ url }) => url },
];

export const promptColumns: readonly Column<CorpusRow>[] = [
  ...shared,
  { name: 'width', type: 'UInt32', cell: ({ width }) => width },
  { name: 'height', type: 'UInt32', cell: ({ height }) => height },
  { name: 'source_site', type: 'String', cell: ({ sourceSite }) => sourceSite },
  { name: vectorColumns.prompts, type: 'Array(Float32)', cell: ({ promptVector }) => promptVector },
];

export const imageColumns: readonly Column<CorpusImage>[] = [
  ...shared,
  { name: vectorColumns.prompt_images, type: 'Array(Float32)', cell: ({ imageVector }) => imageVector },
];
