/** The item in the status bar: whether Gradsight is there, and what it is doing. */
import * as vscode from 'vscode';

type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly interpreter: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly why: string };

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('gradsight.status', vscode.StatusBarAlignment.Right, 90);
  private readonly listeners: vscode.Disposable;
  private state: State = { kind: 'starting' };
  private probes = 0;

  constructor() {
    this.item.name = 'Gradsight';
    this.item.command = 'gradsight.showOutput';
    this.listeners = vscode.Disposable.from(
      vscode.window.onDidChangeVisibleTextEditors(() => this.draw()),
      vscode.window.onDidChangeVisibleNotebookEditors(() => this.draw()),
    );
    this.draw();
  }

  set(state: State): void {
    this.state = state;
    this.draw();
  }

  /** Shows that a program is being run until `work` has ended. */
  async probing<Result>(work: Promise<Result>): Promise<Result> {
    this.probes += 1;
    this.draw();
    try {
      return await work;
    } finally {
      this.probes -= 1;
      this.draw();
    }
  }

  dispose(): void {
    this.listeners.dispose();
    this.item.dispose();
  }

  private draw(): void {
    const [icon, tooltip] = this.look();
    this.item.text = `$(${icon}) Gradsight`;
    this.item.tooltip = tooltip;
    this.item.backgroundColor = this.state.kind === 'failed' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    // Elsewhere it would only take room; a failure is worth seeing everywhere.
    if (this.state.kind === 'failed' || inPython()) {
      this.item.show();
    } else {
      this.item.hide();
    }
  }

  private look(): readonly [string, string] {
    switch (this.state.kind) {
      case 'starting':
        return ['loading~spin', 'Gradsight is starting'];
      case 'stopped':
        return ['circle-slash', 'Gradsight has stopped'];
      case 'failed':
        return ['error', this.state.why];
      case 'ready':
        return this.probes > 0 ? ['loading~spin', 'Gradsight runs a program'] : ['pulse', `Gradsight, with ${this.state.interpreter}`];
    }
  }
}

function inPython(): boolean {
  // What is on show counts, not where the caret is: that may be in the output.
  const { visibleTextEditors, visibleNotebookEditors } = vscode.window;
  return visibleTextEditors.some((editor) => editor.document.languageId === 'python') || visibleNotebookEditors.length > 0;
}
