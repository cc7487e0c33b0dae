// How the extension finds a Python, and what it says and does where that fails.
import assert from 'node:assert/strict';
import { after, before, test as plainTest } from 'node:test';
import { python } from './codeServer.mjs';
import { Editor } from './editor.mjs';
import { until } from './until.mjs';

const BROKEN = 'import torch\nx = torch.ones(3, requires_grad=True)\ny = x.exp()\ny += 1\ny.sum().backward()\n';

/** @type {Editor} */
let editor;
const test = (name, body) => plainTest(name, () => editor.does(body));
before(async () => {
  editor = await Editor.start({ files: { 'broken.py': BROKEN }, settings: { 'gradsight.interpreter': '/nowhere/python' } });
}, { timeout: 180_000 });
after(async () => {
  assert.deepEqual(await editor?.stop(), [], 'processes outlived the editor');
});

test('a setting that names no interpreter is reported, not replaced by a guess', async () => {
  await editor.open('broken.py');
  const why = 'Gradsight: gradsight.interpreter is set to /nowhere/python, which does not exist.';
  await until('the report', async () => (await editor.notifications()).includes(why));
  await editor.shot('no-interpreter');
  assert.deepEqual(await editor.squiggled('error'), []);
});

test('a corrected setting is taken up at once', async () => {
  editor.server.write('user/Machine/settings.json', JSON.stringify({ 'gradsight.interpreter': python }));
  await editor.sees('error', ['y += 1']);
});

test('a server that ends by itself is started again', async () => {
  const servers = () => editor.server.pids('server/start.py');
  const [old] = await until('the server to run', () => servers().length > 0 && servers());
  process.kill(old, 'SIGKILL');
  await until('another server', () => servers().some((pid) => pid !== old));
  await until('the log to say so', () => /ended by itself and is started again/.test(editor.server.log('Gradsight')));
  await editor.goto(4, 1);
  await editor.hover('GS302');
});
