/** What the choice of an interpreter needs to know, asked of VS Code and of the operating system. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as vscode from 'vscode';
import type { Host } from './python';

const PYTHON_EXTENSION = 'ms-python.python';
const START_LIMIT_MS = 15_000;

/** The part of the Python extension's API that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(path: { readonly path: string }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** The workspace folders on this machine, that of the active editor first. */
export function folders(): vscode.WorkspaceFolder[] {
  const all = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
  const active = vscode.window.activeTextEditor?.document.uri;
  const first = active === undefined ? undefined : vscode.workspace.getWorkspaceFolder(active);
  return [...all].sort((one, other) => Number(other === first) - Number(one === first));
}

/** A snapshot of what is set and selected now. */
export function environment(log: vscode.LogOutputChannel): Host {
  const workspace = folders();
  return {
    setting: vscode.workspace.getConfiguration('gradsight', workspace[0]?.uri).get<string>('interpreter', ''),
    trusted: vscode.workspace.isTrusted,
    folders: workspace.map((folder) => folder.uri.fsPath),
    platform: process.platform,
    searchPath: process.env['PATH'] ?? '',
    home: os.homedir(),
    exists: (file) => fs.existsSync(file),
    realPath: (file) => {
      try {
        return fs.realpathSync(file);
      } catch {
        return file;
      }
    },
    selectedElsewhere: async () => {
      try {
        const api = await pythonExtension();
        const selected = api?.environments.getActiveEnvironmentPath(workspace[0]?.uri);
        const resolved = selected && (await api?.environments.resolveEnvironment(selected));
        return resolved?.executable.uri?.fsPath;
      } catch (error) {
        log.warn(`the Python extension gave no interpreter: ${String(error)}`);
        return undefined;
      }
    },
    version: askVersion,
  };
}

/** Calls `changed` whenever the Python extension, if there is one, selects another interpreter. */
export async function onSelectedElsewhere(changed: () => void): Promise<vscode.Disposable | undefined> {
  try {
    return (await pythonExtension())?.environments.onDidChangeActiveEnvironmentPath(changed);
  } catch {
    return undefined; // Its failure to start is its own to report.
  }
}

async function pythonExtension(): Promise<PythonApi | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi | undefined>(PYTHON_EXTENSION);
  const api = await extension?.activate();
  return api?.environments === undefined ? undefined : api; // Releases of before 2022 have no such API.
}

function askVersion(interpreter: string): Promise<string> {
  const program = 'import platform; print(platform.python_version())';
  return new Promise((resolve, reject) => {
    // Isolated, and not in the workspace: nothing that lies there may be imported.
    execFile(interpreter, ['-I', '-c', program], { cwd: os.homedir(), timeout: START_LIMIT_MS, windowsHide: true }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
      } else {
        reject(new Error(error.killed ? `no answer in ${START_LIMIT_MS / 1000} s` : stderr.trim() || error.message));
      }
    });
  });
}
