// What a person does with Gradsight in VS Code, from the package that users install.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { python } from './codeServer.mjs';
import { Editor } from './editor.mjs';
import { until } from './until.mjs';

const files = {
  'in_place.py': `import torch

x = torch.tensor([0.5, 1.0, 2.0], requires_grad=True)
y = x.exp()
y += 1
y.sum().backward()
print(x.grad)
`,
};

/** @type {Editor} */
let editor;
before(async () => {
  editor = await Editor.start({ files, settings: { 'gradsight.interpreter': python } });
}, { timeout: 180_000 });
after(async () => {
  assert.deepEqual(await editor?.stop(), []);
});

test('a squiggle stands under the line that breaks the backward', async () => {
  await editor.open('in_place.py');
  await editor.shot('start');
  await editor.sees('error', ['y += 1']);
});
