// Jest's transform of TypeScript, file by file. Jest keeps the results on disk.
import { keyOf, transpile } from './transpile.mjs';

export default { getCacheKey: keyOf, process: transpile };
