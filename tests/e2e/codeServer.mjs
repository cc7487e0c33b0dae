// VS Code as a web server, in a folder of its own that is thrown away: nothing of the person's editor gets in.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.mjs';

const repository = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const entry = path.join(repository, '.tools', 'code-server', 'node_modules', 'code-server', 'out', 'node', 'entry.js');

const QUIET = {
  'chat.commandCenter.enabled': false,
  'editor.minimap.enabled': false,
  'editor.wordBasedSuggestions': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  'security.workspace.trust.banner': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.colorTheme': 'Default Light Modern',
  'workbench.editor.enablePreview': false,
  'workbench.layoutControl.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Where the package under test is: the only one that `dev.py package` leaves. */
export function builtPackage() {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(repository, 'package.json'), 'utf8'));
  return path.join(repository, 'dist', `${name}-${version}.vsix`);
}

/** The interpreter with PyTorch that `dev.py` sets up. */
export const python = process.env.GRADSIGHT_PYTHON ?? path.join(repository, '.dev', 'venv', 'bin', 'python');

export class CodeServer {
  /**
   * `files`: the workspace, by name, and which of them are `executable`. `settings`: on top of the quiet ones.
   * `trusted`: whether the workspace is, from the start.
   */
  static async start({ files, executable = [], settings = {}, trusted = true, vsix = builtPackage() }) {
    const server = new CodeServer();
    server.root = fs.mkdtempSync(path.join(os.tmpdir(), 'gradsight-e2e-'));
    server.workspace = path.join(server.root, 'work');
    for (const [name, text] of Object.entries(files)) server.write(path.join('work', name), text);
    for (const name of executable) fs.chmodSync(path.join(server.workspace, name), 0o755);
    server.write('config.yaml', '');
    server.write('user/User/settings.json', JSON.stringify({ ...QUIET, ...settings, 'security.workspace.trust.enabled': !trusted }));
    // In a browser VS Code reads settings of a machine's scope, an interpreter's path say, from this file only.
    server.write('user/Machine/settings.json', JSON.stringify(settings));
    fs.mkdirSync(path.join(server.root, 'extensions'));
    server.install(vsix);
    await server.listen(trusted);
    return server;
  }

  write(name, text) {
    const file = path.join(this.root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }

  install(vsix) {
    const done = spawnSync(process.execPath, [...this.arguments(), '--install-extension', vsix, '--force'], { env: this.environment(), encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`cannot install ${vsix}: ${done.stdout}${done.stderr}`);
  }

  async listen(trusted) {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}/`;
    const log = fs.openSync(path.join(this.root, 'code-server.log'), 'w');
    const options = ['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', '--disable-telemetry', '--disable-update-check',
      '--disable-getting-started-override', '--ignore-last-opened', ...(trusted ? ['--disable-workspace-trust'] : [])];
    this.process = spawn(process.execPath, [...this.arguments(), ...options, this.workspace], { env: this.environment(), stdio: ['ignore', log, log], detached: true });
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    fs.closeSync(log);
    await until('code-server to answer', async () => (await fetch(`${this.url}healthz`)).ok, 60_000);
  }

  arguments() {
    const inside = (name) => path.join(this.root, name);
    return [entry, '--user-data-dir', inside('user'), '--extensions-dir', inside('extensions'), '--config', inside('config.yaml')];
  }

  environment() {
    const foreign = /^(VSCODE_|CODE_SERVER_|NODE_OPTIONS$|NODE_TEST|PASSWORD$|PORT$)/;
    const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
    return {
      ...Object.fromEntries(kept),
      HOME: this.root,
      EXTENSIONS_GALLERY: '{}', // No marketplace, so no calls outside.
      VSCODE_CLI: '1', // Otherwise it takes its environment from a login shell, with another PATH.
    };
  }

  /** What the extension wrote to one of its output channels. */
  log(channel) {
    const logs = path.join(this.root, 'user', 'logs');
    const files = fs.readdirSync(logs, { recursive: true }).filter((name) => name.endsWith(`${channel}.log`));
    return files.map((name) => fs.readFileSync(path.join(logs, name), 'utf8')).join('');
  }

  /** Command lines, of the processes that belong to this editor, that have `text` in them. */
  processes(text = '') {
    return processesNaming(this.root).map(({ line }) => line).filter((line) => line.includes(text));
  }

  /** The numbers of those processes. */
  pids(text) {
    return processesNaming(this.root).filter(({ line }) => line.includes(text)).map(({ pid }) => pid);
  }

  /** Ends everything; returns the command lines of processes that outlive the editor although they should not. */
  async stop() {
    try {
      process.kill(-this.process.pid, 'SIGTERM');
    } catch { /* It has ended by itself. */ }
    await this.ended;
    const left = () => this.processes();
    // A worker that is just importing PyTorch notices only afterwards that nobody needs it any more.
    const gone = await until('its processes to end', () => left().length === 0, 30_000).catch(() => false);
    const leftovers = gone ? [] : left();
    if (!process.env.GRADSIGHT_E2E_KEEP) fs.rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    return leftovers;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const listener = net.createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}

/** The processes of this machine whose command line has `text` in it. */
function processesNaming(text) {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(text)).map((row) => {
    const [, pid, line] = /^\s*(\d+)\s+(.*)$/.exec(row);
    return { pid: Number(pid), line };
  });
}
