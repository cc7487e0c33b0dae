/**
 * Progress of the server's work, as a notification with a Cancel button.
 *
 * Left to itself the language client shows progress in the status bar, where nothing can be cancelled.
 */
import * as vscode from 'vscode';
import { type LanguageClient, type Middleware, WorkDoneProgressCancelNotification } from 'vscode-languageclient/node';

type Handle = NonNullable<Middleware['handleWorkDoneProgress']>;
type Token = Parameters<Handle>[0];

interface Shown {
  readonly report: (message: string | undefined, percentage: number | undefined) => void;
  readonly end: () => void;
}

export class Progress {
  private readonly shown = new Map<Token, Shown>();

  constructor(private readonly client: () => LanguageClient | undefined) {}

  readonly handle: Handle = (token, params, next) => {
    if (params.kind === 'begin' && params.cancellable === true) {
      this.show(token, params.title);
      this.shown.get(token)?.report(params.message, params.percentage);
      return;
    }
    const shown = this.shown.get(token);
    if (shown === undefined || params.kind === 'begin') {
      next(token, params);
    } else if (params.kind === 'report') {
      shown.report(params.message, params.percentage);
    } else {
      this.shown.delete(token);
      shown.end();
      next(token, params); // The language client forgets the token.
    }
  };

  /** Closes everything on show: whoever would have ended it is gone. */
  clear(): void {
    for (const shown of this.shown.values()) {
      shown.end();
    }
    this.shown.clear();
  }

  private show(token: Token, title: string): void {
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
    void vscode.window.withProgress(options, (progress, cancellation) => {
      let reached = 0;
      cancellation.onCancellationRequested(() => {
        progress.report({ message: 'stopping' });
        void this.client()?.sendNotification(WorkDoneProgressCancelNotification.type, { token });
      });
      return new Promise<void>((resolve) => {
        this.shown.set(token, {
          end: resolve,
          report: (message, percentage) => {
            const increment = percentage === undefined ? 0 : Math.max(0, percentage - reached);
            reached += increment;
            progress.report(message === undefined ? { increment } : { message, increment });
          },
        });
      });
    });
  }
}
