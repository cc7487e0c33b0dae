/** Puts the parts together; what each does is in its own file. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { onSelectedElsewhere } from './environment';
import { Probe } from './probe';
import { Server } from './server';
import { Status } from './status';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Gradsight', { log: true });
  const output = vscode.window.createOutputChannel('Gradsight Probe');
  const status = new Status();
  const started = new Server(context.asAbsolutePath(path.join('server', 'start.py')), log, output, status);
  server = started;
  const probe = new Probe(started, status, output);
  const restart = (): void => void started.restart();
  const followSelection = async (): Promise<void> => {
    const listener = await onSelectedElsewhere(restart);
    if (listener !== undefined) {
      context.subscriptions.push(listener);
    }
  };
  context.subscriptions.push(
    log,
    output,
    status,
    started,
    vscode.commands.registerCommand('gradsight.probeFile', (target?: unknown) => probe.file(target)),
    vscode.commands.registerCommand('gradsight.probeCell', (target?: unknown, cell?: unknown) => probe.cell(target, cell)),
    vscode.commands.registerCommand('gradsight.restart', () => started.restart()),
    vscode.commands.registerCommand('gradsight.showOutput', () => log.show()),
    vscode.commands.registerCommand('gradsight.showProbeOutput', () => output.show()),
    vscode.commands.registerCommand('gradsight.fixAll', () =>
      vscode.commands.executeCommand('editor.action.sourceAction', { kind: 'source.fixAll.gradsight', apply: 'first' }),
    ),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      restart();
      void followSelection();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('gradsight.interpreter')) {
        restart();
      }
    }),
  );
  await started.restart();
  if (vscode.workspace.isTrusted) {
    await followSelection();
  }
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
