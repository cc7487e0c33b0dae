/** The language server's process: started with the chosen interpreter, stopped, restarted one at a time. */
import * as os from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, type ServerOptions, State } from 'vscode-languageclient/node';
import { environment, folders } from './environment';
import { type InitializationOptions, programOutput } from './messages';
import { Progress } from './progress';
import { type Choice, chooseInterpreter, NoInterpreter } from './python';
import type { Status } from './status';

export class Server implements vscode.Disposable {
  private running: LanguageClient | undefined;
  private readonly progress = new Progress(() => this.running);
  private readonly watcher = vscode.workspace.createFileSystemWatcher('**/pyproject.toml');
  private last: Promise<void> = Promise.resolve();
  private waiting = false;

  constructor(
    /** The script that starts the server. */
    private readonly script: string,
    private readonly log: vscode.LogOutputChannel,
    private readonly output: vscode.OutputChannel,
    private readonly status: Status,
  ) {}

  /** The connection, while there is one. */
  get client(): LanguageClient | undefined {
    return this.running?.state === State.Running ? this.running : undefined;
  }

  /** Stops the server if it runs and starts it anew. A restart asked for while one is still to come is that one. */
  restart(): Promise<void> {
    if (!this.waiting) {
      this.waiting = true;
      this.last = this.last.then(async () => {
        this.waiting = false;
        await this.end();
        await this.begin();
      });
    }
    return this.last;
  }

  /** Ends the server once what is under way has come to its end. */
  stop(): Promise<void> {
    this.last = this.last.then(() => this.end());
    return this.last;
  }

  dispose(): void {
    this.watcher.dispose();
    void this.stop();
  }

  private async begin(): Promise<void> {
    this.status.set({ kind: 'starting' });
    try {
      const choice = await chooseInterpreter(environment(this.log));
      for (const sentence of choice.passedOver) {
        this.log.warn(sentence);
      }
      this.log.info(`interpreter: ${choice.interpreter} (Python ${choice.version}, from ${choice.source})`);
      this.running = this.connection(choice);
      await this.running.start();
    } catch (error) {
      await this.end();
      this.report(error);
    }
  }

  private async end(): Promise<void> {
    const client = this.running;
    this.running = undefined;
    this.progress.clear();
    try {
      await client?.dispose();
    } catch (error) {
      this.log.warn(`the server did not stop as asked: ${String(error)}`);
    }
    this.status.set({ kind: 'stopped' });
  }

  private connection(choice: Choice): LanguageClient {
    const server: ServerOptions = {
      command: choice.interpreter,
      // Isolated: neither the workspace nor PYTHONPATH can put another module in the place of ours.
      args: ['-I', '-X', 'utf8', this.script],
      options: { cwd: folders()[0]?.uri.fsPath ?? os.homedir() },
    };
    const initializationOptions: InitializationOptions = { trusted: vscode.workspace.isTrusted, interpreter: choice.interpreter };
    const options: LanguageClientOptions = {
      documentSelector: [
        { scheme: 'file', language: 'python' },
        { scheme: 'untitled', language: 'python' },
        { notebook: { notebookType: 'jupyter-notebook' }, language: 'python' },
      ],
      synchronize: { configurationSection: 'gradsight', fileEvents: this.watcher },
      outputChannel: this.log,
      initializationOptions,
      initializationFailedHandler: () => false,
      middleware: { handleWorkDoneProgress: this.progress.handle },
    };
    const client = new Connection('gradsight', 'Gradsight', server, options);
    client.onNotification(programOutput, ({ text }) => this.output.append(text));
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.status.set({ kind: 'ready', interpreter: `Python ${choice.version} at ${choice.interpreter}` });
      } else {
        this.progress.clear();
        this.status.set({ kind: newState === State.Stopped ? 'stopped' : 'starting' });
      }
    });
    return client;
  }

  private report(error: unknown): void {
    const expected = error instanceof NoInterpreter;
    const why = expected ? error.message : `The server could not be started: ${error instanceof Error ? error.message : String(error)}`;
    this.log.error(why);
    this.status.set({ kind: 'failed', why });
    const [settings, output] = ['Open Settings', 'Show Output'];
    void vscode.window.showErrorMessage(`Gradsight: ${why}`, settings, output).then((chosen) => {
      if (chosen === settings) {
        void vscode.commands.executeCommand('workbench.action.openSettings', 'gradsight.interpreter');
      } else if (chosen === output) {
        this.log.show();
      }
    });
  }
}

/**
 * A language client that leaves the server's commands to `probe.ts`: registered there they exist before the server
 * runs, know the active editor, and cannot be registered a second time.
 */
class Connection extends LanguageClient {
  override registerFeature(feature: Parameters<LanguageClient['registerFeature']>[0]): void {
    if (!('registrationType' in feature && feature.registrationType.method === 'workspace/executeCommand')) {
      super.registerFeature(feature);
    }
  }
}
