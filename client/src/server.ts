/** The language server's process: started with the chosen interpreter, stopped, restarted one at a time. */
import * as os from 'node:os';
import * as vscode from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, type LanguageClientOptions, type ServerOptions, State } from 'vscode-languageclient/node';
import { environment, folders } from './environment';
import { type InitializationOptions, programOutput } from './messages';
import { Progress } from './progress';
import { type Choice, chooseInterpreter, NoInterpreter } from './python';
import type { Status } from './status';

/** A server that ends by itself is started again, but not more often than this. */
const RESTARTS = { most: 3, withinMs: 180_000 };

export class Server implements vscode.Disposable {
  private running: LanguageClient | undefined;
  private readonly progress = new Progress(() => this.running);
  private readonly watcher = vscode.workspace.createFileSystemWatcher('**/pyproject.toml');
  private last: Promise<void> = Promise.resolve();
  private waiting = false;
  private ends: number[] = [];

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
    let choice: Choice | undefined;
    try {
      choice = await chooseInterpreter(environment(this.log));
      for (const sentence of choice.passedOver) {
        this.log.warn(sentence);
      }
      this.log.info(`interpreter: ${choice.interpreter} (Python ${choice.version}, from ${choice.source})`);
      this.running = this.connection(choice);
      await this.running.start();
    } catch (error) {
      await this.end();
      if (error instanceof NoInterpreter) {
        this.report(error.message);
      } else {
        this.log.error(error instanceof Error ? error : String(error));
        this.report(`The server does not start with ${choice?.interpreter ?? 'any Python'}; the output says why.`);
      }
    }
  }

  private async end(): Promise<void> {
    const client = this.running;
    this.running = undefined;
    this.progress.clear();
    try {
      if (client?.needsStop() === true) {
        await client.dispose();
      }
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
      // Whether and how to start again is decided here, in `ended`.
      errorHandler: {
        error: (_error, _message, count) => ({ action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown, handled: true }),
        closed: () => ({ action: CloseAction.DoNotRestart, handled: true }),
      },
      middleware: { handleWorkDoneProgress: this.progress.handle },
    };
    const client = new Connection('gradsight', 'Gradsight', server, options);
    client.onNotification(programOutput, ({ text }) => this.output.append(text));
    client.onDidChangeState(({ oldState, newState }) => {
      if (newState === State.Running) {
        this.status.set({ kind: 'ready', interpreter: `Python ${choice.version} at ${choice.interpreter}` });
      } else if (oldState === State.Running && client === this.running) {
        this.ended();
      }
    });
    return client;
  }

  /** The server has ended although nobody asked it to. */
  private ended(): void {
    const now = Date.now();
    this.ends = [...this.ends.filter((at) => now - at < RESTARTS.withinMs), now];
    if (this.ends.length <= RESTARTS.most) {
      this.log.warn('the server has ended by itself and is started again');
      void this.restart();
    } else {
      this.progress.clear();
      this.report('The server keeps ending by itself; "Gradsight: Restart Server" tries again, the output says why.');
    }
  }

  private report(why: string): void {
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

/** A language client without two habits that would get in the way here. */
class Connection extends LanguageClient {
  /** Troubles go to the log; what a person must know is told by `Server.report`, once. */
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  /**
   * The server's commands are left to `probe.ts`: registered there they exist before the server runs, know the active
   * editor, and cannot be registered a second time.
   */
  override registerFeature(feature: Parameters<LanguageClient['registerFeature']>[0]): void {
    if (!('registrationType' in feature && feature.registrationType.method === 'workspace/executeCommand')) {
      super.registerFeature(feature);
    }
  }
}
