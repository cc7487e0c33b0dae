// What a person does with Gradsight in VS Code, from the package that users install.
import assert from 'node:assert/strict';
import { after, before, test as plainTest } from 'node:test';
import { python } from './codeServer.mjs';
import { Editor } from './editor.mjs';
import { until } from './until.mjs';

const IN_PLACE = `import torch

x = torch.tensor([0.5, 1.0, 2.0], requires_grad=True)
y = x.exp()
y += 1
y.sum().backward()
print(x.grad)
`;
const NO_GRAD = `import torch

x = torch.linspace(-1, 1, 20)
slope = torch.zeros(1, requires_grad=True)

with torch.no_grad():
    # how far off we are
    loss = (slope * x - 3 * x).pow(2).mean()
    print(f"loss: {loss:.2f}")
loss.backward()
print(slope.grad)
`;
const NO_GRAD_FIXED = `import torch

x = torch.linspace(-1, 1, 20)
slope = torch.zeros(1, requires_grad=True)

# how far off we are
loss = (slope * x - 3 * x).pow(2).mean()
with torch.no_grad():
    print(f"loss: {loss:.2f}")
loss.backward()
print(slope.grad)
`;
// Which method is called is known only when the program runs.
const HIDDEN = `import json
import torch

how = json.loads('["mul_"]')[0]


def scale(tensor):
    return getattr(tensor, how)(2.0)


weights = torch.ones(3, requires_grad=True)
rates = weights.exp()
scale(rates)
print("running")
rates.sum().backward()
`;
const CELLS = `# %%
import torch
w = torch.ones(2, requires_grad=True)
# %%
y = w.sigmoid()
y += 1
y.sum().backward()
# %%
print("not reached")
`;
const ENDLESS = `import torch
x = torch.ones(1, requires_grad=True)
while True:
    pass
`;
const cell = (id, source) => ({ cell_type: 'code', id, metadata: {}, execution_count: null, outputs: [], source });
const NOTEBOOK = {
  cells: [
    { cell_type: 'markdown', id: 'title', metadata: {}, source: 'y += 1 is no code here' },
    cell('first', 'import torch\nx = torch.ones(3, requires_grad=True)\ny = x.exp()'),
    cell('second', 'y += 1\ny.sum().backward()'),
  ],
  metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' }, language_info: { name: 'python' } },
  nbformat: 4,
  nbformat_minor: 5,
};
const files = {
  'in_place.py': IN_PLACE,
  'no_grad.py': NO_GRAD,
  'hidden.py': HIDDEN,
  'cells.py': CELLS,
  'endless.py': ENDLESS,
  'book.ipynb': JSON.stringify(NOTEBOOK, null, 1),
};

/** @type {Editor} */
let editor;
const test = (name, body) => plainTest(name, () => editor.does(body));
before(async () => {
  editor = await Editor.start({ files, settings: { 'gradsight.interpreter': python } });
}, { timeout: 180_000 });
after(async () => {
  assert.deepEqual(await editor?.stop(), [], 'processes outlived the editor');
});

test('a squiggle stands under the line that breaks the backward', async () => {
  await editor.open('in_place.py');
  await editor.sees('error', ['y += 1']);
  await editor.goto(5, 1);
  await editor.hover('GS302');
  await editor.picture('squiggle', 425);
  await editor.page.keyboard.press('Escape');
});

test('y = y + 1 is accepted by keyboard', async () => {
  await editor.goto(5, 1);
  const [first] = await editor.quickFixes();
  assert.match(first, /`y = y/);
  await editor.picture('quick-fix', 290);
  await editor.page.keyboard.press('Enter');
  await editor.sees('error', []);
  await editor.save('in_place.py');
  assert.equal(editor.read('in_place.py'), IN_PLACE.replace('y += 1', 'y = y + 1'));
});

test('code is moved out of a no_grad block by keyboard', async () => {
  await editor.open('no_grad.py');
  await editor.sees('error', ['with torch.no_grad()']);
  await editor.goto(6, 6);
  await editor.quickFixes();
  await editor.shot('move-out');
  await editor.page.keyboard.press('Enter');
  await editor.sees('error', []);
  await editor.save('no_grad.py');
  assert.equal(editor.read('no_grad.py'), NO_GRAD_FIXED);
});

test('the probe, run from the palette, shows on the lines what reading cannot know', async () => {
  await editor.open('hidden.py');
  await editor.lens('Run gradient probe');
  assert.deepEqual(await editor.squiggled('error'), []);
  await editor.command('Gradsight: Run Gradient Probe on This File');
  await editor.progress(/gradient probe/i);
  // The cause, and where the program raised for it.
  await editor.sees('error', ['getattr(tensor, how)(2.0)', 'rates.sum().backward()']);
  await editor.goto(8, 12);
  await editor.hover('GS302');
  await editor.picture('probe', 480);
  await editor.page.keyboard.press('Escape');
});

test('the output of the probed program is in its channel', async () => {
  await editor.command('Gradsight: Show Output of the Probed Program');
  const lines = editor.page.locator('.part.panel .view-lines');
  // The panel shows the end of the output: the program's own exception.
  await until('what the program printed', async () => (await lines.innerText()).includes('RuntimeError'));
  await editor.shot('output');
  await editor.page.keyboard.press('Control+j');
});

test('an edit of the line takes the result of the probe away', async () => {
  await editor.open('hidden.py');
  await editor.goto(8, 30);
  await editor.page.keyboard.press('Backspace');
  await editor.sees('error', ['rates.sum().backward()']);
  await editor.page.keyboard.press('Control+z');
});

test('the probe runs a cell from its code lens', async () => {
  await editor.open('cells.py');
  await editor.sees('error', ['y += 1']);
  const lenses = await editor.lens('Run gradient probe on this cell');
  await lenses.nth(1).click();
  await editor.progress(/gradient probe/i);
  await editor.sees('error', ['y += 1', 'y.sum().backward()']);
  await editor.shot('cell');
});

test('a probe is cancelled from its notification', async () => {
  await editor.open('endless.py');
  await editor.command('Gradsight: Run Gradient Probe on This File');
  const toast = await editor.progress(/gradient probe/i, false);
  await toast.getByRole('button', { name: 'Cancel' }).click();
  await toast.waitFor({ state: 'hidden' });
  await until('no process of the program', () => editor.server.processes('worker').length === 0, 10_000);
});

test('cells of a notebook are one program, each with its own squiggles', async () => {
  await editor.open('book.ipynb');
  await editor.sees('error', ['y += 1'], '.notebookOverlay');
  await editor.shot('notebook');
});

test('the server can be restarted', async () => {
  await editor.open('cells.py');
  await editor.command('Gradsight: Restart Server');
  await editor.sees('error', []);
  await editor.sees('error', ['y += 1']);
});

test('the log names the interpreter and holds no traceback', () => {
  const log = editor.server.log('Gradsight');
  assert.match(log, /interpreter: .*python.* \(Python 3\.\d+\.\d+, from the setting gradsight\.interpreter\)/);
  assert.doesNotMatch(log, /Traceback/);
});
