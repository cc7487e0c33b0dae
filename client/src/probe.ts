/** The commands that run a program: which document and cell is meant, and the request to the server. */
import * as vscode from 'vscode';
import { CodeLensRequest, ExecuteCommandRequest, type LanguageClient } from 'vscode-languageclient/node';
import { serverCommand } from './messages';
import type { Server } from './server';
import type { Status } from './status';

export class Probe {
  constructor(
    private readonly server: Server,
    private readonly status: Status,
    /** Where the server's notifications put what a program prints. */
    private readonly output: vscode.OutputChannel,
  ) {}

  /** Runs a whole file or notebook: the one named, else that of the active editor. */
  async file(target?: unknown): Promise<void> {
    const uri = documentOf(target) ?? activeDocument();
    if (uri === undefined) {
      void vscode.window.showInformationMessage('Gradsight: open a Python file or a notebook to probe it.');
      return;
    }
    await this.ask(serverCommand.probeFile, () => Promise.resolve([uri]));
  }

  /** Runs one cell after all cells before it: the one named, else that of the active editor. */
  async cell(target?: unknown, number?: unknown): Promise<void> {
    if (typeof target === 'string' && typeof number === 'number') {
      await this.ask(serverCommand.probeCell, () => Promise.resolve([target, number]));
      return;
    }
    const notebook = vscode.window.activeNotebookEditor;
    if (notebook !== undefined) {
      const place = [notebook.notebook.uri.toString(), notebook.selection.start + 1];
      await this.ask(serverCommand.probeCell, () => Promise.resolve(place));
      return;
    }
    await this.ask(serverCommand.probeCell, cellAtCaret);
  }

  private async ask(command: string, place: (client: LanguageClient) => Promise<unknown[] | undefined>): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      const manage = 'Manage Workspace Trust';
      const chosen = await vscode.window.showWarningMessage('Gradsight runs programs only in a trusted workspace.', manage);
      if (chosen === manage) {
        await vscode.commands.executeCommand('workbench.trust.manage');
      }
      return;
    }
    const client = this.server.client;
    if (client === undefined) {
      void vscode.window.showWarningMessage('Gradsight is not running; "Gradsight: Show Output" says why.');
      return;
    }
    try {
      const parameters = await place(client);
      if (parameters === undefined) {
        void vscode.window.showInformationMessage('Gradsight: the caret is in no cell; cells begin with a line "# %%".');
        return;
      }
      this.output.appendLine(`\n--- ${nameOf(parameters)} at ${new Date().toLocaleTimeString()} ---\n`);
      await this.status.probing(client.sendRequest(ExecuteCommandRequest.type, { command, arguments: parameters }));
    } catch (error) {
      void vscode.window.showErrorMessage(`Gradsight: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** The document that a menu, a lens or another extension names: a URI as text or as an object. */
function documentOf(target: unknown): string | undefined {
  if (target instanceof vscode.Uri) {
    return target.toString();
  }
  return typeof target === 'string' ? target : undefined;
}

/** What a probe's arguments, a URI and perhaps the number of a cell, are called in the output. */
function nameOf([uri, cell]: readonly unknown[]): string {
  const file = vscode.workspace.asRelativePath(vscode.Uri.parse(String(uri)), false);
  return typeof cell === 'number' ? `${file}, cell ${cell}` : file;
}

function activeDocument(): string | undefined {
  const notebook = vscode.window.activeNotebookEditor;
  if (notebook !== undefined) {
    return notebook.notebook.uri.toString();
  }
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === 'python' ? document.uri.toString() : undefined;
}

/** The arguments of the last "run this cell" lens that stands at or above the caret: the server alone knows cells. */
async function cellAtCaret(client: LanguageClient): Promise<unknown[] | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    return undefined;
  }
  const textDocument = { uri: editor.document.uri.toString() };
  const lenses = (await client.sendRequest(CodeLensRequest.type, { textDocument })) ?? [];
  return lenses
    .filter((lens) => lens.command?.command === serverCommand.probeCell && lens.range.start.line <= editor.selection.active.line)
    .sort((one, other) => one.range.start.line - other.range.start.line)
    .at(-1)?.command?.arguments;
}
