// Runs the editor tests one after the other:  node run.mjs [--times N] [beginnings of test files' names]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const at = wanted.indexOf('--times');
const times = at < 0 ? 1 : Number(wanted.splice(at, 2)[1]);
const tests = fs.readdirSync(here)
  .filter((name) => name.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((start) => name.startsWith(start))))
  .map((name) => path.join(here, name));

for (let round = 1; round <= times; round++) {
  if (times > 1) console.log(`-- round ${round} of ${times}`);
  const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...tests], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
