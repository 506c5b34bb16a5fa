// Writes a brotli copy beside every text file of the build, so that the server never compresses at run time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const TEXT = /\.(js|css|html|svg|json|map|txt)$/;

const DIST = process.argv[2] ?? 'dist';

for (const file of readdirSync(DIST, { recursive: true })) {
  const path = join(DIST, String(file));
  if (!TEXT.test(path)) continue;
  const bytes = readFileSync(path);
  const quality = bytes.length > 500_000 ? 9 : 11;
  const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
  if (packed.length < bytes.length * 0.9) writeFileSync(`${path}.br`, packed);
}
