// A workspace that is not trusted: files are checked by reading them, and nothing that lies in it is started.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test as plainTest } from 'node:test';
import { python } from './codeServer.mjs';
import { Editor } from './editor.mjs';
import { until } from './until.mjs';

const BROKEN = 'import torch\nx = torch.ones(3, requires_grad=True)\ny = x.exp()\ny += 1\ny.sum().backward()\n';

/** @type {Editor} */
let editor;
const test = (name, body) => plainTest(name, () => editor.does(body));
let started;
before(async () => {
  const files = { 'broken.py': BROKEN, '.venv/bin/python': `#!/bin/sh\n: > "$0.started"\nexec ${python} "$@"\n` };
  // The interpreter is left to be found; the folder's own settings try to name one.
  files['.vscode/settings.json'] = JSON.stringify({ 'gradsight.interpreter': '${workspaceFolder}/.venv/bin/python' });
  editor = await Editor.start({ files, trusted: false, executable: ['.venv/bin/python'] });
  started = path.join(editor.server.workspace, '.venv/bin/python.started');
}, { timeout: 180_000 });
after(async () => {
  assert.deepEqual(await editor?.stop(), [], 'processes outlived the editor');
});

test('files are checked, with an interpreter from outside the workspace', async () => {
  await editor.open('broken.py');
  await editor.sees('error', ['y += 1']);
  await editor.shot('untrusted');
  assert.match(editor.server.log('Gradsight'), /interpreter: .* from PATH\)/);
  assert.equal(fs.existsSync(started), false, 'the interpreter of the workspace was started');
});

test('the probe is refused and says why', async () => {
  await editor.command('Gradsight: Run Gradient Probe on This File');
  await until('the refusal', async () => (await editor.notifications()).some((text) => text.includes('only in a trusted workspace')));
  await editor.shot('untrusted-probe');
  assert.equal(await editor.page.locator('.codelens-decoration a').count(), 0);
});

test('once trusted, the interpreter of the workspace is used', async () => {
  await editor.page.locator('.notification-toast').getByRole('button', { name: 'Manage Workspace Trust' }).click();
  await editor.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
  await until('the interpreter of the workspace to be started', () => fs.existsSync(started));
  await until('the log to name it', () => /interpreter: .*\.venv\/bin\/python/.test(editor.server.log('Gradsight')));
  await editor.open('broken.py');
  await editor.lens('Run gradient probe');
  await editor.shot('trusted');
});
