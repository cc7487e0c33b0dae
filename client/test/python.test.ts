/** The choice of an interpreter, on machines that are tables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseInterpreter, type Host, NoInterpreter } from '../src/python';

interface Machine {
  setting?: string;
  trusted?: boolean;
  platform?: NodeJS.Platform;
  folders?: readonly string[];
  searchPath?: string;
  selected?: string;
  /** What each interpreter on disk answers; an Error is what starting it fails with. */
  interpreters?: Record<string, string | Error>;
  links?: Record<string, string>;
}

function machine(it: Machine): Host & { readonly started: string[] } {
  const interpreters = it.interpreters ?? {};
  const started: string[] = [];
  return {
    started,
    setting: it.setting ?? '',
    trusted: it.trusted ?? true,
    folders: it.folders ?? ['/ws'],
    platform: it.platform ?? 'linux',
    searchPath: it.searchPath ?? '/usr/bin',
    home: '/home/me',
    exists: (file) => file in interpreters,
    realPath: (file) => it.links?.[file] ?? file,
    selectedElsewhere: () => Promise.resolve(it.selected),
    version: (interpreter) => {
      started.push(interpreter);
      const answer = interpreters[interpreter] ?? new Error(`spawn ${interpreter} ENOENT`);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
}

async function refusal(host: Host): Promise<string> {
  try {
    const choice = await chooseInterpreter(host);
    return assert.fail(`chose ${choice.interpreter}`);
  } catch (error) {
    assert.ok(error instanceof NoInterpreter, String(error));
    return error.message;
  }
}

const all = { '/usr/bin/python3': '3.11.2', '/ws/.venv/bin/python': '3.12.1', '/ws/venv/bin/python': '3.12.1', '/opt/py': '3.13.0' };

test('the setting goes before everything', async () => {
  const choice = await chooseInterpreter(machine({ setting: '/opt/py', selected: '/usr/bin/python3', interpreters: all }));
  assert.deepEqual(choice, { interpreter: '/opt/py', version: '3.13.0', source: 'the setting gradsight.interpreter', passedOver: [] });
});

test('then the selection of the Python extension, then a virtual environment, then PATH', async () => {
  assert.equal((await chooseInterpreter(machine({ selected: '/opt/py', interpreters: all }))).source, 'the Python extension');
  assert.equal((await chooseInterpreter(machine({ interpreters: all }))).interpreter, '/ws/.venv/bin/python');
  const { '/ws/.venv/bin/python': _dot, ...withoutDot } = all;
  assert.equal((await chooseInterpreter(machine({ interpreters: withoutDot }))).interpreter, '/ws/venv/bin/python');
  assert.equal((await chooseInterpreter(machine({ folders: [], interpreters: all }))).interpreter, '/usr/bin/python3');
});

test('python3 anywhere on PATH goes before python', async () => {
  const interpreters = { '/a/python': '3.12.0', '/b/python3': '3.11.0' };
  const choice = await chooseInterpreter(machine({ folders: [], searchPath: '/a:/b', interpreters }));
  assert.equal(choice.interpreter, '/b/python3');
});

test('the setting may use ~, ${workspaceFolder}, a relative path or a name on PATH', async () => {
  const interpreters = { '/home/me/py': '3.12.0', '/ws/env/python': '3.12.0', '/usr/bin/python3.12': '3.12.0' };
  for (const [setting, expected] of [
    ['~/py', '/home/me/py'],
    ['${workspaceFolder}/env/python', '/ws/env/python'],
    ['env/python', '/ws/env/python'],
    ['python3.12', '/usr/bin/python3.12'],
  ] as const) {
    assert.equal((await chooseInterpreter(machine({ setting, interpreters }))).interpreter, expected);
  }
});

test('a setting that cannot be used is an error, not a reason to look elsewhere', async () => {
  const old = { ...all, '/opt/old': '3.9.18', '/opt/broken': new Error('Exec format error\nmore') };
  assert.match(await refusal(machine({ setting: '/gone/python', interpreters: old })), /set to \/gone\/python, which does not exist/);
  assert.match(await refusal(machine({ setting: 'python9', interpreters: old })), /set to python9, which is not on PATH/);
  assert.match(await refusal(machine({ setting: '/opt/old', interpreters: old })), /is Python 3\.9\.18; Gradsight needs 3\.10 or newer/);
  assert.match(await refusal(machine({ setting: '/opt/broken', interpreters: old })), /does not start: Exec format error\.$/);
});

test('an unusable candidate is passed over and named', async () => {
  const interpreters = { ...all, '/ws/.venv/bin/python': '3.8.1', '/ws/venv/bin/python': 'Usage: something else' };
  const choice = await chooseInterpreter(machine({ interpreters }));
  assert.equal(choice.interpreter, '/usr/bin/python3');
  assert.equal(choice.passedOver.length, 2);
  assert.match(choice.passedOver[0] ?? '', /\.venv.* is Python 3\.8\.1/);
  assert.match(choice.passedOver[1] ?? '', /does not answer like a Python/);
});

test('with no interpreter at all the message names the setting', async () => {
  assert.match(await refusal(machine({})), /No Python was found on PATH\. Set gradsight\.interpreter/);
  assert.match(await refusal(machine({ interpreters: { '/usr/bin/python3': '2.7.18' } })), /is Python 2\.7\.18.*Set gradsight\.interpreter/);
});

test('3.9 is too old, 3.10 and 4.0 are not', async () => {
  for (const [version, usable] of [['3.9.0', false], ['3.10.0', true], ['3.10.0rc1', true], ['4.0.0', true]] as const) {
    const asked = chooseInterpreter(machine({ interpreters: { '/usr/bin/python3': version } }));
    await (usable ? assert.doesNotReject(asked) : assert.rejects(asked, NoInterpreter));
  }
});

test('without trust nothing of the workspace is started', async () => {
  const interpreters = { ...all, '/ws/bin/python3': '3.12.0', '/outside/python3': '3.12.0' };
  const host = machine({
    trusted: false,
    selected: '/ws/.venv/bin/python',
    // A folder of the workspace, one that leads there by a link, one that depends on the working directory.
    searchPath: '/ws/bin:/outside:bin:/usr/bin',
    links: { '/outside': '/ws/bin' },
    interpreters,
  });
  assert.equal((await chooseInterpreter(host)).interpreter, '/usr/bin/python3');
  assert.deepEqual(host.started, ['/usr/bin/python3']);
});

test('without trust a setting that names a file of the workspace is refused', async () => {
  for (const setting of ['/ws/.venv/bin/python', '${workspaceFolder}/.venv/bin/python', '/ws/../ws/.venv/bin/python']) {
    const host = machine({ trusted: false, setting, interpreters: all });
    assert.match(await refusal(host), /lies in this workspace, and the workspace is not trusted/);
    assert.deepEqual(host.started, []);
  }
  const outside = machine({ trusted: false, setting: '/opt/py', interpreters: all });
  assert.equal((await chooseInterpreter(outside)).interpreter, '/opt/py');
});

test('a folder whose name begins like the workspace is not in it', async () => {
  const host = machine({ trusted: false, setting: '/ws-other/python', interpreters: { '/ws-other/python': '3.12.0' } });
  assert.equal((await chooseInterpreter(host)).interpreter, '/ws-other/python');
});

test('the same interpreter is not started twice', async () => {
  const host = machine({ selected: '/usr/bin/python3', interpreters: { '/usr/bin/python3': '3.9.0' } });
  await refusal(host);
  assert.deepEqual(host.started, ['/usr/bin/python3']);
});

test('on Windows: Scripts, python.exe before py.exe, paths with drives', async () => {
  const windows = { platform: 'win32', folders: ['C:\\work'], searchPath: 'C:\\Windows;D:\\Python' } as const;
  const inPath = { 'C:\\Windows\\py.exe': '3.12.0', 'D:\\Python\\python.exe': '3.11.0' };
  const inFolder = { 'C:\\work\\.venv\\Scripts\\python.exe': '3.13.0', ...inPath };
  assert.equal((await chooseInterpreter(machine({ ...windows, interpreters: inPath }))).interpreter, 'D:\\Python\\python.exe');
  assert.equal((await chooseInterpreter(machine({ ...windows, interpreters: inFolder }))).version, '3.13.0');
  const untrusted = { ...windows, trusted: false, setting: 'c:\\WORK\\.venv\\Scripts\\python.exe', interpreters: inFolder };
  assert.match(await refusal(machine(untrusted)), /not trusted/);
});

test('on Windows a stub that only opens the store is passed over', async () => {
  const stub = 'C:\\Apps\\python.exe';
  const interpreters = { [stub]: new Error('Python was not found'), 'C:\\Windows\\py.exe': '3.12.0' };
  const choice = await chooseInterpreter(machine({ platform: 'win32', folders: [], searchPath: 'C:\\Apps;C:\\Windows', interpreters }));
  assert.equal(choice.interpreter, 'C:\\Windows\\py.exe');
});
