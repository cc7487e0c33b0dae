// Runs the editor tests one after the other:  node run.mjs [--times N] [arguments of `node --test`]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const given = process.argv.slice(2);
const at = given.indexOf('--times');
const times = at < 0 ? 1 : Number(given.splice(at, 2)[1]);
const tests = fs.readdirSync(here).filter((name) => name.endsWith('.test.mjs')).map((name) => path.join(here, name));

for (let round = 1; round <= times; round++) {
  if (times > 1) console.log(`-- round ${round} of ${times}`);
  const arguments_ = ['--test', '--test-concurrency=1', '--test-reporter=spec', ...given, ...tests];
  const { status } = spawnSync(process.execPath, arguments_, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
